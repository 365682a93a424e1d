"""A layer from near: its maps, its filters, how its numbers are spread, and what each channel does."""
