"""The run: a generator of plain events, its steps, its state, and how it is judged after each epoch."""
