"""Where a number of the network comes from, forwards and backwards, as numpy arrays; neither torch nor Qt."""
