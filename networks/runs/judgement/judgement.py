"""The record of one judging: for each image the right class, and what the network answered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Lasting = Literal["best", "last", "averaged"]
"""The weights that every run has, as far as it has them."""
AtMoment = Literal["moment", "averaged moment"]
"""The weights of a moment that the run has kept, of which a judgement's step tells which one it is; or those
that were averaged over the steps up to then."""
Weights = Lasting | AtMoment
"""Which weights of a run are judged: of its best epoch, its last ones, averaged ones, or of a moment."""
Side = Literal["validation", "training", "test"]
"""Which images they are judged on; `test` are those that the data set's authors have set aside."""

MOMENTS: tuple[AtMoment, ...] = ("moment", "averaged moment")
WEIGHTS: tuple[Lasting, ...] = ("best", "last", "averaged")
SIDES: tuple[Side, ...] = ("validation", "training", "test")

Whole = NDArray[np.int64]
Reals = NDArray[np.float64]


class Judgement(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The answers for n images, as arrays that nobody writes into.

    `images` are indices into the data set. `ranks` says how many classes came before the right one: 0 where
    the answer is right. `probabilities` is n×classes, as the run's loss reads the network's outputs; float16
    where there are many. A network whose outputs are not finite has probabilities that are not, either.
    """

    run: str
    weights: Weights
    side: Side
    step: int
    """The weights are those after this step."""
    epoch: float
    images: Whole
    labels: Whole
    answers: Whole
    ranks: Whole
    probabilities: NDArray[Any]
    losses: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> int:
        """How many classes the network tells apart."""
        return int(self.probabilities.shape[1])

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """For each image, whether the answer is right."""
        found: NDArray[np.bool_] = self.answers == self.labels
        return found

    @cached_property
    def sureness(self) -> NDArray[np.float32]:
        """For each image, the probability of the class that was answered."""
        found: NDArray[np.float32] = self.probabilities[np.arange(len(self)), self.answers].astype(np.float32)
        return found

    @cached_property
    def matrix(self) -> Whole:
        """The confusion matrix, classes×classes: how many images of each class (row) got which answer."""
        classes = self.classes
        cells = np.bincount(self.labels * classes + self.answers, minlength=classes * classes)
        return cells.reshape(classes, classes)

    @property
    def loss(self) -> float:
        """The mean loss of an image."""
        return float(self.losses.mean(dtype=np.float64))

    @property
    def size(self) -> int:
        """How much memory it takes, in bytes."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)


_ARRAYS = ("images", "labels", "answers", "ranks", "probabilities", "losses")


def together(parts: Sequence[Judgement]) -> Judgement:
    """The answers of several processes, of which each has judged some of the images, one behind the other."""
    # one without an image does not know how many classes there are
    some = [part for part in parts if len(part)] or [parts[0]]
    arrays = {name: np.concatenate([getattr(part, name) for part in some]) for name in _ARRAYS}
    return msgspec.structs.replace(some[0], **arrays)
