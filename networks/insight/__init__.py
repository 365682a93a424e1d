"""Looks into a network with torch, picture by picture; what is seen is declared in `networks.xray`."""
