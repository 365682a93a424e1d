"""The window: its frame, the bar at the top, and four zones that fold."""
