"""Networks and weights as files that other programs read."""
