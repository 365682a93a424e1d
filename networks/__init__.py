"""What a network is, whether it fits and how it learns; knows nothing of Qt."""
