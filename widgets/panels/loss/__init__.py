"""The loss, seen: its curve and slope, the batch's own points on it, and whether the last layer fits."""
