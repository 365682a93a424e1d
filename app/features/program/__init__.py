"""The program itself: project files, exports, undo, the theme, torch."""
