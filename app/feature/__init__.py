"""What a feature is: its panels, its commands, its gestures, and what it is shown."""
