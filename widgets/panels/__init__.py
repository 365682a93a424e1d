"""The panels beside the canvas: the selected layers, activation, data and training."""
