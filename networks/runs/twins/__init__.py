"""Twins and seeds: whether a change had an effect, or whether it was luck."""
