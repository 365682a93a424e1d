"""Work beside the window: a function in a thread of its own, and what came of it in the window's thread."""
