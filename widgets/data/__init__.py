"""The pictures of a data set: a grid by class, one picture in detail, and its way into the network."""
