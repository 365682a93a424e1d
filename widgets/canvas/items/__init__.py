"""What is painted on the canvas: cards, wires, frames, and marks during a gesture."""
