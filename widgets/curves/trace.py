"""One curve as it is drawn: smoothed, on a linear or logarithmic scale, and thinned out to the pixels."""

from __future__ import annotations

import math

import numpy as np

from networks.runs.series import Column, Floats
from networks.runs.smoothing import Smoother

_LOOKED_AT = 4096
_SHARE = 0.005
"""Share of single steps that may lie beyond either end of an automatic range."""


class Trace:
    """What is measured comes in; out come raw and smoothed heights, in units of the chart's vertical axis.

    Only what is new is looked at in `extend`. A value that has no place on the axis (NaN, infinity, nothing
    above 0 on a logarithmic one) is a gap.
    """

    def __init__(self, weight: float, log: bool) -> None:
        self.raw = Column()
        self.smoothed = Column()
        self.set_style(weight, log)

    def set_style(self, weight: float, log: bool) -> None:
        """Begins anew with this smoothing and scale; all values have to be handed in again."""
        self._smoother = Smoother(weight)
        self._log = log
        self.raw.clear()
        self.smoothed.clear()
        self.low, self.high = math.inf, -math.inf

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def smooths(self) -> bool:
        return self._smoother.weight > 0

    def extend(self, values: Floats) -> None:
        """Appends measured values."""
        raw = scaled(values, self._log)
        smoothed = scaled(self._smoother.extend(values), self._log) if self.smooths else raw
        self.raw.extend(raw)
        if self.smooths:
            self.smoothed.extend(smoothed)
        finite = smoothed[np.isfinite(smoothed)]
        if len(finite):
            self.low = min(self.low, float(finite.min()))
            self.high = max(self.high, float(finite.max()))

    def bounds(self) -> tuple[float, float] | None:
        """Lowest and highest height to make room for: the whole strong line, and most of the single steps.

        None where nothing can be drawn.
        """
        if self.low > self.high:
            return None
        if not self.smooths:
            return self.low, self.high
        values = self.raw.values
        looked_at = values[:: -(-len(values) // _LOOKED_AT)]
        looked_at = np.sort(looked_at[np.isfinite(looked_at)])
        if not len(looked_at):
            return self.low, self.high
        aside = int(_SHARE * len(looked_at))
        return min(self.low, float(looked_at[aside])), max(self.high, float(looked_at[-1 - aside]))


def scaled(values: Floats, log: bool) -> Floats:
    """Heights on the axis: the values, or their decimal logarithms; NaN where there is none."""
    fits = np.isfinite(values) & (values > 0) if log else np.isfinite(values)
    result = np.full(len(values), np.nan)
    if log:
        np.log10(values, out=result, where=fits)
    else:
        result[fits] = values[fits]
    return result


def peaks(x: Floats, y: Floats, low: float, high: float, bins: float) -> tuple[Floats, Floats]:
    """The part of a curve from x = low to high as lowest and highest value of at most `bins` bins.

    x must rise. Bins lie at fixed places, so that they do not shimmer while a curve grows or is moved. A bin
    with a gap in it is a gap.
    """
    x, y, size = _cut(x, y, low, high, bins)
    if size == 1:
        return x, y
    whole = len(x) // size * size
    grouped = y[:whole].reshape(-1, size)
    heights = np.empty((-(-len(x) // size), 2))
    heights[: len(grouped), 0] = grouped.min(axis=1)
    heights[: len(grouped), 1] = grouped.max(axis=1)
    if whole < len(x):
        heights[-1] = y[whole:].min(), y[whole:].max()
    return np.repeat(_middles(x, size), 2), heights.reshape(-1)


def means(x: Floats, y: Floats, low: float, high: float, bins: float) -> tuple[Floats, Floats]:
    """Like `peaks`, with the mean of every bin: for curves that are smooth within a pixel."""
    x, y, size = _cut(x, y, low, high, bins)
    if size == 1:
        return x, y
    whole = len(x) // size * size
    heights = np.empty(-(-len(x) // size))
    heights[: whole // size] = y[:whole].reshape(-1, size).mean(axis=1)
    middles = _middles(x, size)
    if whole < len(x):
        # the curve ends where the last value stands
        heights[-1] = y[-1] if np.isfinite(y[whole:]).all() else np.nan
        middles[-1] = x[-1]
    return middles, heights


def _cut(x: Floats, y: Floats, low: float, high: float, bins: float) -> tuple[Floats, Floats, int]:
    first = max(0, int(np.searchsorted(x, low)) - 1)
    last = min(len(x), int(np.searchsorted(x, high)) + 1)
    size = 1
    while (last - first) > size * bins:
        size *= 2
    if size > 1:
        # a bin more on either side, so that the line goes on to the edge
        first = max(0, first // size - 1) * size
        last = min(len(x), (last // size + 2) * size)
    return x[first:last], y[first:last], size


def _middles(x: Floats, size: int) -> Floats:
    starts = np.arange(0, len(x), size)
    ends = np.minimum(starts + size, len(x)) - 1
    middles: Floats = (x[starts] + x[ends]) / 2
    return middles
