"""The PyTorch source of the network."""
