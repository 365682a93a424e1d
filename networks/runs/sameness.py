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
    """How many steps and how many validations of both runs can be compared.

    Those that both have made; of runs so long that not all their steps are in memory, those that are in both.
    """
    steps = min(len(one.steps), len(other.steps))
    if one.thinned or other.thinned:
        steps = len(np.intersect1d(one.steps.step, other.steps.step, assume_unique=True))
    return steps, min(len(one.validations), len(other.validations))


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
    if each == "step" and (one.thinned or other.thinned):
        return _first_of_some(ours, theirs)
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


def _first_of_some(ours: Series, theirs: Series) -> FirstDifference | None:
    """The first number that differs at the steps that are in memory of both."""
    _, here, there = np.intersect1d(ours.step, theirs.step, assume_unique=True, return_indices=True)
    found: tuple[int, str] | None = None
    for measure in MEASURES:
        if measure.each == "step":
            unequal = _unequal(ours.values(measure.name)[here], theirs.values(measure.name)[there])
            if len(unequal) and (found is None or unequal[0] < found[0]):
                found = int(unequal[0]), measure.name
    if found is None:
        return None
    at, name = found
    values = ours.values(name)[here[at]], theirs.values(name)[there[at]]
    return FirstDifference(name, int(ours.step[here[at]]), float(values[0]), float(values[1]))


def _unequal(ours: Floats, theirs: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.flatnonzero(~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs))))


def _difference(ours: Series, theirs: Series, index: int, name: str) -> FirstDifference:
    return FirstDifference(
        name,
        int(ours.step[index]),
        float(ours.values(name)[index]),
        float(theirs.values(name)[index]),
    )
