"""How a step of an optimizer changes a weight: a file for each family of optimizers."""
