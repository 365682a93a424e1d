"""The palette of layer types and blocks."""
