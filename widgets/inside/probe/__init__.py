"""The bar of the probe: the picture that is followed through the network, and how it is looked at."""
