"""A picture that was computed to excite a channel, or a class's score, as much as possible."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray


class Ascent(msgspec.Struct, frozen=True):
    """How such a picture is computed.

    `jitter` is by how many pixels it is moved at random before each step. `smoothness` says how much
    differences between neighbouring pixels are worked against, as a share of what works for the channel;
    0 for not at all. `seed` is that of the noise from which it starts.
    """

    steps: int = 256
    jitter: int = 1
    smoothness: float = 0.3
    seed: int = 0


class Maximized(msgspec.Struct, frozen=True, eq=False):
    """What came of it so far: the best picture, height×width×channels, and the numbers that it gives.

    `score` is what was made large: a vector's number or, of a map, the mean of its numbers; `largest` is the
    largest number of the map. Both are measured with the picture as it is shown, in whole bytes and not
    moved. `noise` is the largest number for the noise from which it started. `reached` says whether any
    gradient came back to the picture at all.
    """

    picture: NDArray[np.uint8]
    score: float
    largest: float
    noise: float
    step: int
    ascent: Ascent
    reached: bool = True


def usual_jitter(height: int, width: int) -> int:
    """By how many pixels a picture of this size is moved: a few in a hundred."""
    return min(8, round(min(height, width) / 24))
