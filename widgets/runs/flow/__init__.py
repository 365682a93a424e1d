"""The tab in which the gradient is drawn over the depth of the network."""
