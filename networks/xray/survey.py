"""What came of going through many pictures: which of them excite a channel, and how many are recognized."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

TOP = 10
"""How many pictures are kept for each channel."""
BYTES = TOP * (4 + 8 + 8)
"""What they take of one channel: a number, a picture's index and a place for each."""


class Excited(msgspec.Struct, frozen=True, eq=False):
    """Of each channel of a layer the pictures with its largest numbers, the largest first: channels×`TOP`.

    `rows` are the pictures' indices in the data set, `places` those of the numbers in the channel's map, row
    by row; `count` is how many pictures were looked at. Of fewer pictures than `TOP`, there are fewer.
    """

    values: NDArray[np.float32]
    rows: NDArray[np.int64]
    places: NDArray[np.int64]
    count: int


class Counted(msgspec.Struct, frozen=True):
    """How many of `count` pictures are right with everything on, and with something switched off."""

    count: int
    intact: int
    changed: int


def evenly(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The most of these that are looked at, evenly from all of them."""
    if len(rows) <= most:
        return rows
    found: NDArray[np.int64] = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    return found
