"""Sweeps: what is tried, what waits, and what has come of it."""
