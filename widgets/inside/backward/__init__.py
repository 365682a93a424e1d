"""One training step, seen: the loss, the gradient on its way down, and what it does to a weight."""
