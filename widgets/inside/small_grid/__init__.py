"""Kernel, stride, padding and dilation on a small grid, and the output's size by its formula."""
