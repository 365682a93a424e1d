"""Shows the network as PyTorch source."""
