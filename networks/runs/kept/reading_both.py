"""Reads two runs side by side, and finds the first number that differs among all that both have measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from networks.runs.events import Event, Stepped
from networks.runs.kept.reading import KeptRun, Reading
from networks.runs.sameness import Common, common_of_all, difference_of_steps


def read_both(one: Path, other: Path) -> tuple[KeptRun, KeptRun, Common]:
    """Reads the runs in two folders, and says how much both have measured and what of it differs first.

    All steps are compared, also of runs so long that their records do not hold them. Raises UserError with
    the reason where one of them cannot be read.
    """
    readings = Reading(one), Reading(other)
    steps = [_steps(reading.told()) for reading in readings]
    count, found = difference_of_steps(*steps)
    for rest in steps:
        # the longer run has more to tell, and both their ends
        for _ in rest:
            pass
    ours, theirs = (reading.kept for reading in readings)
    return ours, theirs, common_of_all(ours.record, theirs.record, count, found)


def _steps(told: Iterator[list[Event]]) -> Iterator[Stepped]:
    return (event for some in told for event in some if isinstance(event, Stepped))
