"""The probe: the one picture that is followed through the network, and with which weights."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.after_step import AfterStep

Word = Literal["now", "first", "best", "averaged"]
"""The weights as they are or, of a run that has ended, were last; before the first step; after the best
epoch; or averaged over the steps, where the recipe averages."""
Which = Word | AfterStep
"""Whose weights are looked at: those that a word tells, or those of a moment that the run has kept."""


class DataPicture(msgspec.Struct, frozen=True):
    """A picture of the data set, by its index there."""

    row: int


class OwnPicture(msgspec.Struct, frozen=True, eq=False):
    """A picture that was drawn, dropped or pasted: height×width×channels. It has no label."""

    pixels: NDArray[np.uint8]


Probe = DataPicture | OwnPicture
