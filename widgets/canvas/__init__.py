"""The canvas: a network as cards and wires, laid out automatically, and the gestures that edit it."""
