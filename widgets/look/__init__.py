"""Theme, icons and translation."""
