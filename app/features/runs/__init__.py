"""Runs: trained, steered, listed, laid beside one another, and gone back in."""
