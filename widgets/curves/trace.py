"""A curve's heights: smoothed, on a linear or logarithmic scale, and thinned out to pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from networks.runs.sane_range import Spread
from networks.runs.series import Column, Floats
from networks.runs.smoothing import Smoother

_LOOKED_AT = 4096
_MOST = math.log10(np.finfo(np.float64).max)
_NONE = np.empty(0)
_SHARE = 0.005
"""Share of single steps that may lie beyond each end of an automatic range."""


class Trace:
    """Turns measured values into raw and smoothed heights on the chart's vertical axis.

    `extend` processes only what is new. A value that the axis cannot show is a gap: NaN, infinity, and on a
    logarithmic axis 0 and below.
    """

    def __init__(self, weight: float, log: bool) -> None:
        self.raw = Column()
        self.smoothed = Column()
        self.set_style(weight, log)

    def set_style(self, weight: float, log: bool) -> None:
        """Starts afresh with this smoothing and scale; all values have to be passed in again."""
        self._log = log
        self.raw.clear()
        self._smooth_anew(weight)

    def restart(self) -> None:
        """Starts afresh as it is; all values have to be passed in again."""
        self.set_style(self._smoother.weight, self._log)

    def keep(self, places: NDArray[np.intp]) -> None:
        """Keeps only the heights at these places: those of steps that are kept. What is smoothed stays so."""
        self.raw.keep(places)
        if self.smooths:
            self.smoothed.keep(places)

    def set_smoothing(self, weight: float, values: Floats) -> None:
        """Smooths anew what was passed in so far, which are these values; the raw heights stay."""
        assert len(values) == len(self)
        self._smooth_anew(weight)
        self._take_drawn(self._drawn_heights(values, self.raw.values))

    def _smooth_anew(self, weight: float) -> None:
        self._smoother = Smoother(weight)
        self.smoothed.clear()
        self.low, self.high = math.inf, -math.inf
        self._first = math.nan

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def smooths(self) -> bool:
        """Whether it is drawn smoother than it was measured."""
        return self._smoother.weight > 0

    def extend(self, values: Floats) -> None:
        """Appends measured values."""
        raw = scaled(values, self._log)
        self.raw.extend(raw)
        self._take_drawn(self._drawn_heights(values, raw))

    def _drawn_heights(self, values: Floats, raw: Floats) -> Floats:
        return scaled(self._smoother.extend(values), self._log) if self.smooths else raw

    def _take_drawn(self, heights: Floats) -> None:
        if self.smooths:
            self.smoothed.extend(heights)
        finite = heights[np.isfinite(heights)]
        if len(finite):
            if math.isnan(self._first):
                self._first = float(finite[0])
            self.low = min(self.low, float(finite.min()))
            self.high = max(self.high, float(finite.max()))

    @property
    def drawn(self) -> Column:
        """The heights of the line that one looks at: the smoothed ones, if it smooths."""
        return self.smoothed if self.smooths else self.raw

    def bounds(self, *, single: bool = True) -> tuple[float, float] | None:
        """The range of heights to make room for: the whole smoothed line and most of the single steps.

        Without `single` the steps beside the line may lie anywhere. None if nothing can be drawn.
        """
        if self.low > self.high:
            return None
        looked_at = self._sample(self.raw) if self.smooths and single else _NONE
        if not len(looked_at):
            return self.low, self.high
        aside = int(_SHARE * len(looked_at))
        return min(self.low, float(looked_at[aside])), max(self.high, float(looked_at[-1 - aside]))

    def spread(self, *, single: bool = True) -> Spread | None:
        """What an axis needs to know of the line, in values, not in heights."""
        bounds = self.bounds(single=single)
        if bounds is None:
            return None
        looked_at = self._sample(self.drawn)
        first, low, high = (unscaled(height, self._log) for height in (self._first, *bounds))
        sample = np.power(10.0, looked_at) if self._log else looked_at
        level = max(abs(first), abs(float(sample[len(sample) // 2])) if len(sample) else 0.0)
        return Spread(level, low, high, sample)

    @staticmethod
    def _sample(heights: Column) -> Floats:
        """At most a few thousand of the heights, sorted, without gaps."""
        values = heights.values
        if not len(values):
            return _NONE
        looked_at: Floats = values[:: -(-len(values) // _LOOKED_AT)]
        return np.sort(looked_at[np.isfinite(looked_at)])


def unscaled(height: float, log: bool) -> float:
    """The value that is drawn at a height of the axis; infinite where it is beyond all floats."""
    if not log:
        return height
    return 10.0**height if height < _MOST else math.inf


def scaled(values: Floats, log: bool) -> Floats:
    """Heights on the axis: the values or their decimal logarithms; NaN for gaps."""
    fits = np.isfinite(values) & (values > 0) if log else np.isfinite(values)
    if not log:
        return np.where(fits, values, np.nan)
    result = np.full(len(values), np.nan)
    np.log10(values, out=result, where=fits)
    return result


def peaks(x: Floats, y: Floats, low: float, high: float, bins: float) -> tuple[Floats, Floats]:
    """The part of a curve from x = low to high, as the lowest and highest value of at most `bins` bins.

    x must rise. Bins have fixed places, so that the curve does not shimmer while it grows or is moved. A bin
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
    """Like `peaks`, but with the mean of every bin: for curves that are smooth within a pixel."""
    x, y, size = _cut(x, y, low, high, bins)
    if size == 1:
        return x, y
    whole = len(x) // size * size
    heights = np.empty(-(-len(x) // size))
    heights[: whole // size] = y[:whole].reshape(-1, size).mean(axis=1)
    middles = _middles(x, size)
    if whole < len(x):
        # the curve ends at the last value
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
        # one more bin on either side, so that the line reaches the edge
        first = max(0, first // size - 1) * size
        last = min(len(x), (last // size + 2) * size)
    return x[first:last], y[first:last], size


def _middles(x: Floats, size: int) -> Floats:
    starts = np.arange(0, len(x), size)
    ends = np.minimum(starts + size, len(x)) - 1
    middles: Floats = (x[starts] + x[ends]) / 2
    return middles
