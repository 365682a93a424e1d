"""What mouse and keyboard do on the canvas: events become gestures, and gestures become wishes for edits."""
