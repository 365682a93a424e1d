"""How the network learns: the panels of the recipe."""
