"""The line of one measure of one run: every step and their average, or a dashed line through epochs."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPen

from networks.runs.measures import Measure
from networks.runs.record import Record
from networks.runs.sane_range import Spread, spread
from networks.runs.series import Floats
from widgets.curves.line import Line, Markers
from widgets.curves.plot_view import PlotView
from widgets.curves.symbols import dashes
from widgets.curves.trace import Trace, means, peaks, scaled, unscaled

_THINNED = 256
"""How many points of a line are drawn at most where it is one of many."""
_APART = 7.0
"""Markers are left out if epochs are fewer pixels apart than this."""
_EDGE = 1.5
"""Pixels beyond the edge from which on a line has left the plot."""
_ALONE, _AMONG, _BEHIND = 85, 45, 12
"""How opaque single steps are, of 255: of a run alone, of the one in front of others, of the others."""
_NOTHING = np.empty(0)


class MeasuredLine:
    """A line of steps or of epochs. `variant` numbers the lines of one kind in a chart."""

    def __init__(self, plot: PlotView, record: Record, measure: Measure, variant: int) -> None:
        self.measure = measure
        self._plot, self._variant = plot, variant
        self._series = record.series(measure)

    @property
    def items(self) -> tuple[Line | Markers, ...]:
        """The items on the plot, from the bottom up."""
        raise NotImplementedError

    def set_style(self, weight: float, log: bool) -> None:
        """Changes smoothing and scale, and recomputes the line."""
        raise NotImplementedError

    def take(self) -> bool:
        """Takes what was measured since the last call. Returns whether there was anything."""
        raise NotImplementedError

    def spread(self) -> Spread | None:
        """The values to make room for; None if there is nothing to draw."""
        raise NotImplementedError

    def set_single_steps(self, shown: bool) -> None:
        """Whether every single step is drawn beside a smoothed line."""

    def retheme(self, color: QColor, strong: QColor, symbol: str, *, front: bool, several: bool) -> None:
        """Sets the run's colour and marker, and that of strong lines, dimmer for earlier runs.

        Single steps are fainter where several runs are drawn.
        """
        raise NotImplementedError

    def value(self, index: int) -> float | None:
        """The value that the line has at an index, smoothed where the line is; None below 0."""
        return self._series.value(self.measure.name, index)

    def own_value(self, index: int) -> float | None:
        """The value of the step itself, where the line is smoothed; None elsewhere."""
        return None

    def leaves(self) -> tuple[float, bool] | None:
        """Where the line leaves the plot for the first time: pixels from the left, and whether upwards."""
        across, down = self._strong_points()
        height = self._plot.area().height()
        with np.errstate(invalid="ignore"):
            beyond = (down < -_EDGE) | (down > height + _EDGE)
        beyond &= (across >= 0) & (across <= self._plot.area().width())
        if not beyond.any():
            return None
        first = int(np.argmax(beyond))
        return float(across[first]), bool(down[first] < 0)

    def points_within(self, area: QRectF) -> int:
        """How many points of the line lie in a part of the plot, in pixels."""
        across, down = self._strong_points()
        with np.errstate(invalid="ignore"):
            inside = (across >= area.left()) & (across <= area.right())
            inside &= (down >= area.top()) & (down <= area.bottom())
        return int(np.count_nonzero(inside))

    def _strong_points(self) -> tuple[Floats, Floats]:
        """What is drawn of the line that one looks at, in pixels of the plot."""
        raise NotImplementedError

    def draw(self) -> None:
        """Updates the items for the plot's current view."""
        raise NotImplementedError

    def thinned(self) -> tuple[Floats, Floats]:
        """Epochs and heights of the line that one looks at, at most a few hundred of them."""
        x, y = self._series.epoch, self._heights
        last = float(x[-1]) if len(x) else 1.0
        return means(x, y, 0.0, last, _THINNED)

    def clear(self) -> None:
        """Draws nothing: something else draws the line."""
        for item in self.items:
            item.set_points(_NOTHING, _NOTHING)

    def point(self, index: int) -> QPointF | None:
        """Where a value is drawn, in pixels of the plot; None if the axis cannot show it."""
        return self.pixel(float(self._series.epoch[index]), float(self._heights[index]))

    def newest_point(self) -> QPointF | None:
        """The end of a line of steps; None for other lines."""
        return None

    def pixel(self, x: float, y: float) -> QPointF | None:
        """A point in pixels of the plot; None if its height is not finite."""
        if not np.isfinite(y):
            return None
        across, down = self._plot.pixels(np.array([x]), np.array([y]))
        return QPointF(across[0], down[0])

    @property
    def _heights(self) -> Floats:
        raise NotImplementedError

    def _measured(self) -> Floats:
        return self._series.values(self.measure.name)


class StepLine(MeasuredLine):
    """Every step as a faint line with the smoothed line over it; a single line for values without noise."""

    def __init__(
        self, plot: PlotView, record: Record, measure: Measure, variant: int, weight: float, log: bool
    ) -> None:
        super().__init__(plot, record, measure, variant)
        self._trace = Trace(self._weight(weight), log)
        self._log, self._single = log, True
        self._thinnings = self._series.thinnings
        self._spread: Spread | None = None
        self._spread_of: tuple[int, bool] | None = None
        """For how many steps, with single ones or without, the spread was computed."""
        self.raw = Line(plot.view_box, antialias=False)
        self.strong = Line(plot.view_box, antialias=True)

    @property
    def items(self) -> tuple[Line | Markers, ...]:
        return self.raw, self.strong

    def set_style(self, weight: float, log: bool) -> None:
        self._keep_what_is_kept()
        self._spread_of = None
        if log == self._log:
            self._trace.set_smoothing(self._weight(weight), self._measured()[: len(self._trace)])
        else:
            self._log = log
            self._trace.set_style(self._weight(weight), log)
        self.take()

    def take(self) -> bool:
        thinned = self._keep_what_is_kept()
        new = self._measured()[len(self._trace) :]
        self._trace.extend(new)
        return thinned or len(new) > 0

    def _keep_what_is_kept(self) -> bool:
        """Drops the heights of steps that the series has dropped; says whether there were any."""
        missed = self._series.thinnings - self._thinnings
        if not missed:
            return False
        self._thinnings, self._spread_of = self._series.thinnings, None
        if missed == 1:
            kept = self._series.kept
            self._trace.keep(kept[kept < len(self._trace)])
        else:
            # it was not drawn for long
            self._trace.restart()
        return True

    def spread(self) -> Spread | None:
        kind = (len(self._trace), self._single)
        if kind != self._spread_of:
            self._spread, self._spread_of = self._trace.spread(single=self._single), kind
        return self._spread

    def set_single_steps(self, shown: bool) -> None:
        self._single = shown
        self.raw.setVisible(shown and self.strong.isVisible())

    def value(self, index: int) -> float | None:
        own = super().value(index)
        if own is None or not self._trace.smooths:
            return own
        # a value that the axis cannot show has no place on the line
        height = float(self._trace.smoothed.values[index])
        return unscaled(height, self._log) if math.isfinite(height) else own

    def own_value(self, index: int) -> float | None:
        return super().value(index) if self._trace.smooths else None

    def _strong_points(self) -> tuple[Floats, Floats]:
        return self.strong.across, self.strong.down

    def retheme(self, color: QColor, strong: QColor, symbol: str, *, front: bool, several: bool) -> None:
        faint = QColor(color)
        faint.setAlpha(_ALONE if not several else _AMONG if front else _BEHIND)
        self.raw.set_pen(QPen(faint, 1))
        wide = 2.0 if front else 1.5
        self.strong.set_pen(dashes(QPen(strong, wide if self._thick else 1.0), "step", self._variant))

    def draw(self) -> None:
        self.take()
        x, (left, right) = self._series.epoch, self._plot.x_range()
        width = max(50.0, self._plot.area().width())
        bins = width * self._plot.viewport().devicePixelRatio()
        smooths = self._trace.smooths
        raw = _NOTHING, _NOTHING
        if self._single or not smooths:
            raw = self._plot.pixels(*peaks(x, self._trace.raw.values, left, right, bins))
        if smooths:
            self.raw.set_points(*raw)
            self.strong.set_points(
                *self._plot.pixels(*means(x, self._trace.smoothed.values, left, right, width))
            )
        else:
            self.raw.set_points(_NOTHING, _NOTHING)
            self.strong.set_points(*raw)

    def newest_point(self) -> QPointF | None:
        if not len(self._trace):
            return None
        return self.pixel(float(self._series.epoch[-1]), float(self._trace.drawn.values[-1]))

    @property
    def _heights(self) -> Floats:
        heights: Floats = self._trace.drawn.values
        return heights

    @property
    def _thick(self) -> bool:
        return self._trace.smooths or not self.measure.noisy

    def _weight(self, weight: float) -> float:
        return weight if self.measure.noisy else 0.0


class EpochLine(MeasuredLine):
    """A dashed line with a marker at every epoch, as long as there is room for markers."""

    def __init__(self, plot: PlotView, record: Record, measure: Measure, variant: int, log: bool) -> None:
        super().__init__(plot, record, measure, variant)
        self._log = log
        self._scaled: Floats = _NOTHING
        self._spread: Spread | None = None
        self._spread_of = -1
        """For how many epochs it was computed."""
        self.line = Line(plot.view_box, antialias=True)
        self.markers = Markers(plot.view_box)

    @property
    def items(self) -> tuple[Line | Markers, ...]:
        return self.line, self.markers

    def set_style(self, weight: float, log: bool) -> None:
        self._log = log
        self._scaled, self._spread_of = _NOTHING, -1
        self.take()

    def take(self) -> bool:
        if len(self._series) == len(self._scaled):
            return False
        self._scaled = scaled(self._measured(), self._log)
        return True

    def spread(self) -> Spread | None:
        if len(self._scaled) != self._spread_of:
            values = self._measured()
            self._spread, self._spread_of = spread(values[np.isfinite(self._scaled)]), len(self._scaled)
        return self._spread

    def _strong_points(self) -> tuple[Floats, Floats]:
        return self.line.across, self.line.down

    def retheme(self, color: QColor, strong: QColor, symbol: str, *, front: bool, several: bool) -> None:
        self.line.set_pen(dashes(QPen(strong, 1.4 if front else 1.1), "epoch", self._variant))
        self.markers.set_style(symbol, 3.5 if front else 3.0, strong, QColor(self._plot.shade.panel))

    def draw(self) -> None:
        x, y = self._series.epoch, self._scaled
        left, right = self._plot.x_range()
        width = max(50.0, self._plot.area().width())
        self.line.set_points(*self._plot.pixels(*peaks(x, y, left, right, width)))
        first, last = int(np.searchsorted(x, left)), int(np.searchsorted(x, right, "right"))
        seen = slice(first, last) if (last - first) * _APART <= width else slice(0, 0)
        finite = np.isfinite(y[seen])
        self.markers.set_points(*self._plot.pixels(x[seen][finite], y[seen][finite]))

    @property
    def _heights(self) -> Floats:
        return self._scaled


def line_of(
    plot: PlotView, record: Record, measure: Measure, variant: int, weight: float, log: bool
) -> MeasuredLine:
    """The line that draws this measure."""
    if measure.each == "step":
        return StepLine(plot, record, measure, variant, weight, log)
    return EpochLine(plot, record, measure, variant, log)
