"""What the tab of results shows: one judgement, with the names and the pictures that belong to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from networks.runs.judgement.judgement import Judgement, Side, Weights
from networks.runs.judgement.mistakes import Changes


class Earlier(NamedTuple):
    """An earlier judgement on the same images, and what has changed since."""

    title: str
    """Such as “epoch 7”, or the name of a run in quotation marks."""
    changed: Changes


class Offer(NamedTuple):
    """What can be chosen, with the words for it, and what is chosen."""

    runs: Sequence[tuple[str, str]]
    """The id and the title of each run of which something is known."""
    weights: Sequence[tuple[Weights, str]]
    sides: Sequence[tuple[Side, str]]
    run: str
    weight: Weights
    side: Side


class Results(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A judgement and what is needed to show it."""

    judgement: Judgement
    names: tuple[str, ...]
    """Those of the classes, as one can show them: without control characters, and not too long."""
    stored: Callable[[int], NDArray[np.uint8] | None]
    """Gives a stored picture by its index in the data set; None where it is not there yet."""
    run: str
    """The title of the run."""
    earlier: tuple[Earlier, ...] = ()
    """Those that this one is compared with, the most telling first; all on the same images."""

    def picture(self, place: int) -> NDArray[np.uint8] | None:
        """The stored picture of one of the judged images: height×width×channels; None until it is there."""
        return self.stored(int(self.judgement.images[place]))


def percent(share: Any, digits: int = 1) -> str:
    """`98.3 %`; `–` where nothing was measured."""
    value = float(share)
    return f"{100 * value:.{digits}f}\u202f%" if math.isfinite(value) else "–"


def pair_words(name: str, answer: str) -> str:
    """`9 → 4`: images of the one class that were taken for the other."""
    return _tr("{label} → {answer}").format(label=name, answer=answer)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Results", text)
