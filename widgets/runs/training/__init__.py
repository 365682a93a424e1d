"""The buttons that start and stop training."""
