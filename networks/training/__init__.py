"""The training loop as a generator of plain events, and what it needs."""
