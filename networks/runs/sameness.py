"""Whether two runs have measured the same numbers, to the last bit, and if not, which one differs first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import msgspec
import numpy as np

from networks.core.message import Message, message
from networks.runs.events import Stepped
from networks.runs.measures import EACH_STEP, MEASURE, MEASURES, Each
from networks.runs.record import Record
from networks.runs.series import Floats, Series

_AT_ONCE = 10_000
"""Steps of each run that are compared at once."""


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


class Common(NamedTuple):
    """How many steps and validations of two runs were compared, and the first number that differs.

    A validation comes after the step that it follows. Where one run has not measured what the other one has
    at a step, its number counts as NaN.
    """

    steps: int
    validations: int
    difference: FirstDifference | None


def common(one: Record, other: Record) -> Common:
    """Compares what is in memory of both: of very long runs not all steps, and then only those of both."""
    steps = min(len(one.steps), len(other.steps))
    if one.thinned or other.thinned:
        steps = len(np.intersect1d(one.steps.step, other.steps.step, assume_unique=True))
        found = _first_of_some(one.steps, other.steps)
    else:
        found = _first(one.steps, other.steps, "step")
    return common_of_all(one, other, steps, found)


def common_of_all(one: Record, other: Record, steps: int, found: FirstDifference | None) -> Common:
    """Compares the validations of both, where so many steps were compared and this one differs first."""
    judged = min(len(one.validations), len(other.validations))
    after = _first(one.validations, other.validations, "epoch")
    if found is None or (after is not None and after.step < found.step):
        found = after
    return Common(steps, judged, found)


def difference_of_steps(
    one: Iterator[Stepped], other: Iterator[Stepped]
) -> tuple[int, FirstDifference | None]:
    """How many steps both runs have made, and the first number that differs, whatever their length."""
    count, found = 0, None
    while True:
        some = [*islice(one, _AT_ONCE)], [*islice(other, _AT_ONCE)]
        length = min(map(len, some))
        if found is None:
            ours, theirs = (_series(steps[:length]) for steps in some)
            found = _first(ours, theirs, "step")
        count += length
        if length < _AT_ONCE:
            return count, found


def _series(steps: list[Stepped]) -> Series:
    series = Series(EACH_STEP)
    series.extend(steps)
    return series


def _first(ours: Series, theirs: Series, each: Each) -> FirstDifference | None:
    length = min(len(ours), len(theirs))
    first: tuple[int, str] | None = None
    for measure in MEASURES:
        if measure.each == each:
            unequal = _unequal(ours.values(measure.name)[:length], theirs.values(measure.name)[:length])
            if len(unequal) and (first is None or unequal[0] < first[0]):
                first = int(unequal[0]), measure.name
    steps = np.flatnonzero(ours.step[:length] != theirs.step[:length])
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
