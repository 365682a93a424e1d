"""The images: which there are, what they look like, and how they are changed for training."""
