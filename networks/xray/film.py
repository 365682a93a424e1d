"""A film of one picture through a run: at each moment the answer, and one map of one layer."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray


class Frame(msgspec.Struct, frozen=True, eq=False):
    """What the network made of the picture at one moment.

    `answer` has a probability for each class, `label` is the right one where it is known. `map` is that of
    one channel, height×width, made smaller where it is large; None where no map was wished for.
    """

    step: int
    answer: NDArray[np.float64] | None
    label: int | None
    map: NDArray[np.float32] | None = None
    channel: int = 0

    @property
    def said(self) -> int | None:
        """The class that was answered; None where the scores are no numbers."""
        if self.answer is None or not np.isfinite(self.answer).all():
            return None
        return int(self.answer.argmax())

    @property
    def right(self) -> bool | None:
        """Whether that is the right class; None where that is not known."""
        return None if self.said is None or self.label is None else self.said == self.label

    @property
    def share(self) -> float:
        """The probability of the class that was answered."""
        return 0.0 if self.said is None or self.answer is None else float(self.answer[self.said])


def bound(frames: tuple[Frame, ...]) -> float:
    """The number furthest from zero in all maps: one range for the whole film, so that it can be compared."""
    found = [float(np.abs(each.map).max()) for each in frames if each.map is not None and each.map.size]
    return max((each for each in found if np.isfinite(each)), default=0.0)
