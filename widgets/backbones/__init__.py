"""The menu of backbones: a list of all of them, and details of one before it is loaded."""
