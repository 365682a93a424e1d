"""Which heights an axis makes room for, so that a run that explodes does not flatten the others.

Each run has a *level*: the larger of the size of its first value and of the median of its values. A run that
explodes begins like any other, or has a level far beyond. The lowest level of all drawn runs, and at least
what guessing gives, is the *base*. Runs that stay within four times the base are shown whole. Others are
shown as far as they stay within the base; beyond, they leave the axis. One run alone has its own level as its
base, so that it is cut only where less than half of it lies beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from networks.runs.series import Floats

REACH = 4.0
"""How many times the base a run may reach and still be shown whole."""

Range = tuple[float, float]


class Spread(NamedTuple):
    """The values of a line that are to be in view: their range, their level, and some of them, sorted."""

    level: float
    low: float
    high: float
    sample: Floats


def spread(values: Floats) -> Spread | None:
    """The spread of these values, in the order of measurement; None where none is finite."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    level = max(abs(float(finite[0])), float(np.median(np.abs(finite))))
    ordered = np.sort(finite)
    return Spread(level, float(ordered[0]), float(ordered[-1]), ordered)


def sane_range(runs: Sequence[Sequence[Spread]], chance: float = 0.0) -> Range | None:
    """The heights to make room for, from the spreads of the lines of each drawn run; None without any.

    `chance` is what guessing gives, 0 where that is unknown.
    """
    drawn = [lines for lines in runs if lines]
    if not drawn:
        return None
    base = max(chance, min(max(line.level for line in lines) for lines in drawn))
    found = [range_ for lines in drawn for line in lines if (range_ := _within(line, base)) is not None]
    if not found:
        return None
    return min(low for low, _ in found), max(high for _, high in found)


def whole_range(runs: Sequence[Sequence[Spread]]) -> Range | None:
    """The heights of everything that is finite; None without any."""
    lines = [line for lines in runs for line in lines]
    return (min(line.low for line in lines), max(line.high for line in lines)) if lines else None


def _within(line: Spread, base: float) -> Range | None:
    reach = REACH * base
    if -reach <= line.low and line.high <= reach:
        return line.low, line.high
    near = line.sample[np.abs(line.sample) <= base]
    return (float(near[0]), float(near[-1])) if len(near) else None
