"""What one layer gives for one picture, small enough for a card: some maps, or bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.shapes import Shape, count
from networks.xray.closeup import Closeup, Spread
from networks.xray.silenced import NOTHING_OFF, Silenced

Mode = Literal["evaluation", "training"]

MOST_BARS = 512
"""More numbers of a vector than this are grouped; each bar is the one furthest from zero in its group."""


def bar_edges(count: int) -> NDArray[np.int64]:
    """Where each group of a long vector begins whose numbers have one bar together."""
    found: NDArray[np.int64] = np.linspace(0, count, MOST_BARS + 1).astype(np.int64)[:-1]
    return found


class Maps(msgspec.Struct, frozen=True, eq=False):
    """Some of a layer's maps, k×height×width: their numbers, or means where they are too large for a card.

    `ranges` has the smallest and the largest number of each whole map, k×2. `channels` says which maps they
    are, `count` how many the layer has, and `size` the height and width of the whole maps.
    """

    values: NDArray[np.float32]
    ranges: NDArray[np.float32]
    channels: tuple[int, ...]
    count: int
    size: tuple[int, int]


class View(msgspec.Struct, frozen=True, eq=False):
    """What leaves one layer for one picture. `maps` for an image, `bars` for a vector.

    `zero` is the share of its numbers that are exactly zero, `flat` the share of what goes in at which an
    activation is (nearly) flat, so that hardly any gradient passes; None for other layers.
    """

    name: str
    shape: Shape
    low: float
    high: float
    mean: float
    zero: float
    flat: float | None = None
    maps: Maps | None = None
    bars: NDArray[np.float32] | None = None

    @property
    def numbers(self) -> int:
        """How many numbers leave it."""
        return count(self.shape)

    @property
    def finite(self) -> bool:
        """Whether all of its numbers are numbers."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def bound(self) -> float:
        """The number furthest from zero: what the strongest colour stands for."""
        return max(abs(self.low), abs(self.high))


class XRay(msgspec.Struct, frozen=True, eq=False):
    """The views of some layers for one picture with the same weights.

    `step` is the step after which the network had these weights, `seconds` what the views took to make.
    `answer` has a probability for each class, as the recipe's loss reads the scores; `label` is the right
    class, where that is known. `picture` is what the network sees, height×width×channels, 0 for black.
    """

    views: Mapping[str, View]
    step: int
    mode: Mode
    answer: NDArray[np.float64] | None
    seconds: float
    picture: NDArray[np.uint8] | None = None
    label: int | None = None
    closeup: Closeup | None = None
    """Of the layer that is looked at from near."""
    off: Silenced = NOTHING_OFF
    """What was switched off."""
    intact: NDArray[np.float64] | None = None
    """The answer with nothing switched off; None where nothing is."""
    images: int = 1
    """How many pictures went through the network together, the probe as the first of them."""
    coming: Spread | None = None
    """How what comes into one layer is spread, where that was wanted."""

    @property
    def bound(self) -> float:
        """The number furthest from zero in all views that have one, the picture itself left out."""
        found = [view.bound for view in self.views.values() if view.finite]
        return max(found, default=0.0)
