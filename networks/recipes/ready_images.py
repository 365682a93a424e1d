"""In which form images wait in memory for their turn."""

from __future__ import annotations

READY_BYTES = 64 * 2**20
"""As much memory as a set may take in the form in which the network gets it."""


def kept_ready(images: int, channels: int, size: tuple[int, int]) -> bool:
    """Whether this many images are brought to the network's size and scale before training begins.

    A small set is, once for all epochs. A larger one stays as bytes, as it is stored, and each batch is
    brought to size and scale in its turn: that takes a quarter of the memory or less, and no time before the
    first step.
    """
    return 4 * images * channels * size[0] * size[1] <= READY_BYTES
