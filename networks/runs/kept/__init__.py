"""Runs as folders beside the project: how one is claimed, what lies in it, and what its files say of it."""
