"""How each layer type computes its numbers: a file for each family of layers."""
