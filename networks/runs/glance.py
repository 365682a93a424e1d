"""One batch as the network saw it: its pictures, what came out, and what should have."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray


class Glance(msgspec.Struct, frozen=True, eq=False):
    """The last batch of a run, as arrays that nobody writes into.

    `step` counts from 1. `images` are indices into the data set; `outputs` and `targets` are n×classes, as
    the loss got them, and `labels` the classes with the largest targets. `pictures` are
    n×height×width×channels uint8, as the network saw them, made small where they are large.
    """

    step: int
    images: NDArray[np.int64]
    outputs: NDArray[np.float64]
    targets: NDArray[np.float64]
    labels: NDArray[np.int64]
    pictures: NDArray[np.uint8]
