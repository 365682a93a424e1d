"""The network: the canvas, what can be put on it, and what is said of it."""
