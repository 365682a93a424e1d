"""What came of going through many pictures: which of them excite a channel, and how many are recognized."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

TOP = 10
"""So many pictures are kept of each channel."""


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
