"""The layer types and blocks to choose from."""
