"""The canvas: cards and wires of a network, laid out by itself, and the gestures that edit it."""
