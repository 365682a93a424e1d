"""Work beside the window, in threads of its own, and the log that it may write to."""
