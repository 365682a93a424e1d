"""Each widget shows a value and asks for another by a signal. No widget knows torch or the app."""
