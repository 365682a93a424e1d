"""What shows the inside of a network: a layer, a number, a gradient, a heat map, a moment."""
