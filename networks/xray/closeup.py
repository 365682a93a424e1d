"""A layer from near: its maps as they are, the filter of a channel, and how its numbers are spread."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.shapes import Shape

Reals = NDArray[np.float32]
Order = Literal["strongest", "first"]
"""Which maps of a layer come first: those with the largest value, on either side of zero, or in order."""

PAGE_MAPS, PAGE_BARS = 64, 256
"""How many maps, or numbers of a vector, are on a page."""
PAGE_BYTES = 2**26
"""What the maps of a page take at most; of larger maps, fewer are on a page."""
BINS = 48


class Focus(msgspec.Struct, frozen=True):
    """Which layer is looked at from near, which page of its maps, and which of its channels most closely.

    Without a `channel`, it is the first one on the page.
    """

    name: str
    order: Order = "strongest"
    page: int = 0
    channel: int | None = None


class Spread(msgspec.Struct, frozen=True, eq=False):
    """How numbers are spread: `counts` of them in bins of equal width from `low` to `high`.

    `count` is how many there are, of which those that are no numbers are in no bin.
    """

    low: float
    high: float
    counts: NDArray[np.int64]
    count: int
    mean: float
    deviation: float
    norm: float


class Incoming(msgspec.Struct, frozen=True, eq=False):
    """The map of one input that belongs to the chosen channel, and which channel of the input that is."""

    which: int
    channel: int
    values: Reals


class Normed(msgspec.Struct, frozen=True, eq=False):
    """What a normalization does: for each channel mean and deviation before and after it.

    `mean` and `deviation` are its running statistics, None where it keeps none; `scale` and `shift` are
    learned, None where they are not. All have one number for each channel.
    """

    before: tuple[Reals, Reals]
    after: tuple[Reals, Reals]
    mean: Reals | None = None
    deviation: Reals | None = None
    scale: Reals | None = None
    shift: Reals | None = None


class Closeup(msgspec.Struct, frozen=True, eq=False):
    """What one layer gives for the probe, as it is.

    `lows` and `highs` are of all its channels. `channels` are those of this page, `values` their maps,
    k×height×width, or k numbers of a vector. `chosen` is the map of `channel`, height×width, or its number.
    `kernel` has the weights that make it: for each channel that comes in, from `kernel_from` on, a window, or
    for a vector one weight for each number that comes in.
    """

    name: str
    shape: Shape
    lows: Reals
    highs: Reals
    page: int
    pages: int
    channels: tuple[int, ...]
    values: Reals
    channel: int
    chosen: Reals
    incoming: tuple[Incoming, ...] = ()
    kernel: Reals | None = None
    kernel_from: int = 0
    bias: float | None = None
    outputs: Spread | None = None
    inputs: Spread | None = None
    normed: Normed | None = None

    @property
    def maps(self) -> bool:
        """Whether it gives maps, and not a vector."""
        return self.values.ndim == 3

    @property
    def count(self) -> int:
        """How many channels it has."""
        return len(self.lows)

    @property
    def bound(self) -> float:
        """The number furthest from zero."""
        return float(max(abs(self.lows.min()), abs(self.highs.max())))


class Weighed(msgspec.Struct, frozen=True, eq=False):
    """How a layer's weights and their gradients are spread.

    `of_step` says whether the gradients are those of the last step of a run, and not of the probe alone.
    """

    weights: Spread
    gradients: Spread | None = None
    of_step: bool = False


def paged(shape: Shape) -> int:
    """How many channels of an output of this shape are on a page."""
    if len(shape) != 3 or shape[1] * shape[2] == 1:
        return PAGE_BARS
    return max(1, min(PAGE_MAPS, PAGE_BYTES // (4 * shape[1] * shape[2])))


def in_order(lows: Reals, highs: Reals, order: Order) -> NDArray[np.int64]:
    """All channels, as they come or those first whose numbers are furthest from zero."""
    if order == "first":
        return np.arange(len(lows))
    # what is no number is sorted last, and so comes first here: such a map is to be seen
    found: NDArray[np.int64] = np.argsort(np.maximum(-lows, highs), kind="stable")[::-1]
    return found
