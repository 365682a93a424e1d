"""What stands in the way of training, and how much memory training will take."""
