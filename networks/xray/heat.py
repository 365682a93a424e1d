"""Heat maps: what speaks for a class in one picture, and whether the map depends on the weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message

Reals = NDArray[np.float32]
Ground = Literal["black", "average"]
"""What stands for “nothing to be seen”: black, or the average of the training pictures."""

MOST_STAGES = 24
"""How many times weights are drawn anew at most: deeper networks draw several layers in a stage."""
TRIED = 8
"""Pictures on which a map is tested: that of a single one may change, or stay, by chance."""
UNMOVED = 0.8
"""From this rank correlation on, a map has not changed: see `Randomization.unmoved`."""


class Aim(msgspec.Struct, frozen=True):
    """Which score is looked at: that of a class, or how far it is above the score of another class."""

    label: int
    other: int | None = None


class Description(msgspec.Struct, frozen=True):
    """What people read of a way to make heat maps, and what can be set."""

    id: str
    title: Message
    shows: Message
    """In one short sentence: what its numbers are."""
    weakness: Message
    """In one short sentence: what it is bad at."""
    formula: str
    paper: str
    layered: bool = False
    """Whether it looks at a layer, which can be chosen."""
    grounded: bool = False
    """Whether it compares with a picture, or a patch, that shows nothing."""
    patched: bool = False
    """Whether it covers the picture with a patch, which has a size."""


class Asked(msgspec.Struct, frozen=True):
    """A heat map that is wished for. What a method does not use is left as it is.

    `patch` is the side of what occlusion covers, in pixels, and `stride` how far it moves; 0 leaves both to
    the size of the picture. `layer` is empty for the last one that has maps.
    """

    method: str
    aim: Aim
    layer: str = ""
    ground: Ground = "black"
    patch: int = 0
    stride: int = 0
    answer: bool = False
    """Whether the class is whatever these weights answer; that of `aim` is then only a guess."""


class Gap(msgspec.Struct, frozen=True):
    """How much of a difference of scores the numbers of a map add up to."""

    total: float
    """The sum of the map."""
    difference: float
    """The score of the picture, less that of the picture that shows nothing."""

    @property
    def share(self) -> float:
        """What is missing or too much, as a share of the difference; infinite where there is none."""
        missing = abs(self.total - self.difference)
        return missing / abs(self.difference) if self.difference else (float("inf") if missing else 0.0)


class HeatMap(msgspec.Struct, frozen=True, eq=False):
    """A number for each pixel, height×width: what it adds to the score. Colours are added up.

    `score` is what was looked at, `answer` the probability of each class. `cells` is the size of a coarser
    map, each of whose numbers stands for a block of pixels; None where each pixel has its own.
    """

    asked: Asked
    values: Reals
    score: float
    answer: NDArray[np.float64]
    layer: str = ""
    gap: Gap | None = None
    cells: tuple[int, int] | None = None
    windows: int = 0
    """How many places a patch was put at."""
    patch: int = 0
    """The side of that patch."""
    seconds: float = 0.0

    @property
    def bound(self) -> float:
        """The size of the largest number."""
        finite = self.values[np.isfinite(self.values)]
        return float(np.abs(finite).max()) if finite.size else 0.0


class Covered(msgspec.Struct, frozen=True, eq=False):
    """What the network answers while a patch at this place covers the picture.

    `top` and `left` are pixels, as is `side`; `score` and `before` are the aim's with and without the patch.
    """

    top: int
    left: int
    side: int
    score: float
    before: float
    answer: NDArray[np.float64]


class Stage(msgspec.Struct, frozen=True, eq=False):
    """The map when the weights of these layers, and of all above them, were drawn anew.

    `similarity` is the size of Spearman's rank correlation of its numbers, with their signs, with those of
    the map of the network's own weights: a map that is only turned into its negative has not changed,
    either. `sizes` is that without the signs. Both are the mean over some draws and pictures, `values` is the
    map of the first of each; None where one of the two maps is the same everywhere: there are no ranks.
    """

    layers: tuple[str, ...]
    values: Reals
    similarity: float | None
    sizes: float | None = None


class Randomization(msgspec.Struct, frozen=True, eq=False):
    """What became of a heat map while the weights were drawn anew, layer by layer from the top.

    After Adebayo et al., Sanity Checks for Saliency Maps, arXiv:1810.03292 (2018): a map that stays as it is
    cannot explain what the network has learned.
    """

    asked: Asked
    own: Reals
    """The map with the network's own weights."""
    stages: tuple[Stage, ...]
    draws: int = 1
    """How many times the weights were drawn anew from the top."""
    alone: tuple[float | None, ...] = ()
    """The mean over all stages for each picture that was tried; the first one is that of the maps."""

    @property
    def pictures(self) -> int:
        """On how many pictures it was tried."""
        return max(1, len(self.alone))

    @property
    def between(self) -> tuple[float, float] | None:
        """The smallest and the largest similarity of all pictures; None where fewer than two are known."""
        known = [each for each in self.alone if each is not None]
        return (min(known), max(known)) if len(known) > 1 else None

    @property
    def similarity(self) -> float | None:
        """The mean over all stages, with the signs; None where no stage could be compared."""
        return mean_of([stage.similarity for stage in self.stages])

    @property
    def sizes(self) -> float | None:
        """The mean over all stages without the signs: how far the picture alone says where it is large."""
        return mean_of([stage.sizes for stage in self.stages])

    @property
    def unmoved(self) -> bool:
        """Whether the map stayed as it was: on average over the stages, `UNMOVED` or more of its ranks."""
        similarity = self.similarity
        return similarity is not None and similarity >= UNMOVED


def rank_correlation(one: Reals, other: Reals) -> float | None:
    """Spearman's rank correlation of two maps; None where there are no ranks to compare.

    Where both are exactly zero, such as for black pixels, neither of them says anything: such pixels do
    not count. Equal numbers share the mean of their ranks.
    """
    first, second = one.ravel().astype(np.float64), other.ravel().astype(np.float64)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return None
    told = (first != 0) | (second != 0)
    ranks = _ranks(first[told]), _ranks(second[told])
    deviations = [each - each.mean() for each in ranks if each.size]
    if len(deviations) < 2:
        return None
    lengths = [float(np.sqrt(np.square(each).sum())) for each in deviations]
    if not all(lengths):
        return None
    return float(deviations[0] @ deviations[1] / (lengths[0] * lengths[1]))


def mean_of(numbers: Sequence[float | None]) -> float | None:
    """The mean of the sizes of those that there are."""
    found = [abs(number) for number in numbers if number is not None]
    return float(np.mean(found)) if found else None


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: NDArray[np.float64] = (ends - (counts - 1) / 2)[inverse]
    return found
