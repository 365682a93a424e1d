"""A run in its folder: written while it trains, and read back to go on with it."""
