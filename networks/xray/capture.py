"""All that one layer computed with: what came in, its weights, what it drew at random, and what went out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from numpy.typing import NDArray

Numbers = NDArray[Any]
"""Mostly float32; counters such as BatchNorm's are whole numbers."""


class Capture(NamedTuple):
    """One layer's forward pass. Arrays begin with the batch axis, and image 0 is the probe.

    `weights` are its learned tensors and buffers under torch's names, as they were before the pass: "weight",
    "bias", "running_mean" …; a tensor that bears the layer's own name stands under "". `drawn` is what it
    drew at random in training mode, in that order, such as the zeros and ones of Dropout. An Output and an
    auxiliary output pass on what they get.
    """

    name: str
    inputs: tuple[Numbers, ...]
    weights: Mapping[str, Numbers]
    training: bool
    """Whether the layer computed as it does while training, or as it does in evaluation."""
    drawn: tuple[Numbers, ...]
    output: Numbers

    @property
    def mask(self) -> Numbers | None:
        """What it drew last; None where it drew nothing."""
        return self.drawn[-1] if self.drawn else None
