"""Image sets as tensors, brought to the size and channels that a network's Input asks for."""
