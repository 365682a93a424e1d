"""A module's forward as a graph of calls, and what tracing alone would not see."""
