"""Names and folds of imported layers, along the paths of their modules."""
