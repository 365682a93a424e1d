"""The menu of backbones: what there is as a list, and what is told of one before it is loaded."""
