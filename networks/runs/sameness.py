"""Whether two runs have measured the same numbers, to the last bit, and if not, which one differs first."""

from __future__ import annotations

import msgspec
import numpy as np

from networks.core.message import Message, message
from networks.runs.measures import MEASURE, MEASURES, Each
from networks.runs.record import Record
from networks.runs.series import Floats, Series


class FirstDifference(msgspec.Struct, frozen=True):
    """The first number that differs: of which measure and step, and what it was in each of the two runs."""

    measure: str
    step: int
    one: float
    other: float

    def sentence(self) -> Message:
        """It in words, with all digits."""
        after = MEASURE[self.measure].each == "epoch"
        text = "The first number that differs is the {measure} {place} step {step}: {one} and {other}."
        return message(
            text,
            measure=message(self.measure),
            place=message("after") if after else message("of"),
            step=self.step,
            one=repr(self.one),
            other=repr(self.other),
        )


def in_common(one: Record, other: Record) -> tuple[int, int]:
    """How many steps and how many validations both runs have made."""
    return min(len(one.steps), len(other.steps)), min(len(one.validations), len(other.validations))


def first_difference(one: Record, other: Record) -> FirstDifference | None:
    """The first number that differs among those that both runs have measured; None where none does.

    A validation comes after the step that it follows. Where one run has not measured what the other one has
    at a step, its number counts as NaN.
    """
    kinds: tuple[Each, ...] = ("step", "epoch")
    found = [
        (difference.step, kinds.index(each), difference)
        for each in kinds
        if (difference := _first(one, other, each)) is not None
    ]
    return min(found, key=lambda item: item[:2])[2] if found else None


def _first(one: Record, other: Record, each: Each) -> FirstDifference | None:
    ours, theirs = (record.steps if each == "step" else record.validations for record in (one, other))
    common = min(len(ours), len(theirs))
    first: tuple[int, str] | None = None
    for measure in MEASURES:
        if measure.each == each:
            unequal = _unequal(ours.values(measure.name)[:common], theirs.values(measure.name)[:common])
            if len(unequal) and (first is None or unequal[0] < first[0]):
                first = int(unequal[0]), measure.name
    steps = np.flatnonzero(ours.step[:common] != theirs.step[:common])
    if first is None or (len(steps) and steps[0] < first[0]):
        if not len(steps):
            return None
        first = int(steps[0]), next(measure.name for measure in MEASURES if measure.each == each)
    return _difference(ours, theirs, *first)


def _unequal(ours: Floats, theirs: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.flatnonzero(~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs))))


def _difference(ours: Series, theirs: Series, index: int, name: str) -> FirstDifference:
    return FirstDifference(
        name,
        int(ours.step[index]),
        float(ours.values(name)[index]),
        float(theirs.values(name)[index]),
    )
