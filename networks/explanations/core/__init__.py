"""What explanations are made of: places, forms, symbols, and what a layer type declares."""
