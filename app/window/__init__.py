"""The window: frame, docks and toolbar."""
