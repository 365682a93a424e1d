"""One measure of one run as it is drawn: every step, also smoothed, or a dashed line through the epochs."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPen

from networks.runs.measures import Measure
from networks.runs.record import Record
from networks.runs.series import Floats
from widgets.curves.line import Line, Markers, dashes
from widgets.curves.plot_view import PlotView
from widgets.curves.trace import Trace, means, peaks, scaled

_CLIP = 50.0
"""Heights of the plot beyond which a curve is cut off: Qt's painting needs bounded coordinates."""
_APART = 7.0
"""Pixels between epochs below which their markers are left out."""
_NOTHING = np.empty(0)


class MeasuredLine:
    """What the lines of steps and of epochs have in common; `variant` tells lines of one chart apart."""

    def __init__(self, plot: PlotView, record: Record, measure: Measure, variant: int) -> None:
        self.measure = measure
        self._plot, self._variant = plot, variant
        self._series = record.series(measure)

    @property
    def items(self) -> tuple[Line | Markers, ...]:
        """What lies on the plot, undermost first."""
        raise NotImplementedError

    def set_style(self, weight: float, log: bool) -> None:
        """Another smoothing or scale: everything is computed anew."""
        raise NotImplementedError

    def take(self) -> bool:
        """Looks at what was measured since the last time. Whether there was something."""
        raise NotImplementedError

    def bounds(self) -> tuple[float, float] | None:
        """Lowest and highest height to make room for, None where there is nothing."""
        raise NotImplementedError

    def retheme(self, color: QColor, strong: QColor, symbol: str, *, front: bool) -> None:
        """The run's colour and marker; strong lines have a dimmer colour behind the run in front."""
        raise NotImplementedError

    def draw(self) -> None:
        """Brings the items up to what was taken, for the plot's present view."""
        raise NotImplementedError

    def point(self, index: int) -> QPointF | None:
        """Where a value is drawn, in pixels of the plot; None where it has no place on the axis."""
        return self.pixel(float(self._series.epoch[index]), float(self._heights[index]))

    def newest_point(self) -> QPointF | None:
        """The end of the line of steps; None where there is none."""
        return None

    def pixel(self, x: float, y: float) -> QPointF | None:
        """A point of the plot in pixels; None where it has no height."""
        if not np.isfinite(y):
            return None
        across, down = self._pixels(np.array([x]), np.array([y]))
        return QPointF(across[0], down[0])

    @property
    def _heights(self) -> Floats:
        raise NotImplementedError

    def _measured(self) -> Floats:
        return self._series.values(self.measure.name)

    def _pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The same points in pixels of the plot."""
        area, (left, right), (low, high) = self._plot.area(), self._plot.x_range(), self._plot.y_range()
        across = (x - left) * (area.width() / (right - left))
        reach = _CLIP * (high - low)
        down = (high - np.clip(y, low - reach, high + reach)) * (area.height() / (high - low))
        return across, down


class StepLine(MeasuredLine):
    """Every step, faint, and the smoothed values over it; values that are not noisy are one strong line."""

    def __init__(
        self, plot: PlotView, record: Record, measure: Measure, variant: int, weight: float, log: bool
    ) -> None:
        super().__init__(plot, record, measure, variant)
        self._trace = Trace(self._weight(weight), log)
        self.raw = Line(plot.view_box, antialias=False)
        self.strong = Line(plot.view_box, antialias=True)

    @property
    def items(self) -> tuple[Line | Markers, ...]:
        return self.raw, self.strong

    def set_style(self, weight: float, log: bool) -> None:
        self._trace.set_style(self._weight(weight), log)
        self.take()

    def take(self) -> bool:
        new = self._measured()[len(self._trace) :]
        self._trace.extend(new)
        return len(new) > 0

    def bounds(self) -> tuple[float, float] | None:
        return self._trace.bounds()

    def retheme(self, color: QColor, strong: QColor, symbol: str, *, front: bool) -> None:
        faint = QColor(color)
        faint.setAlpha(85 if front else 38)
        self.raw.set_pen(QPen(faint, 1))
        wide = 2.0 if front else 1.5
        self.strong.set_pen(dashes(QPen(strong, wide if self._thick else 1.0), "step", self._variant))

    def draw(self) -> None:
        x, (left, right) = self._series.epoch, self._plot.x_range()
        width = max(50.0, self._plot.area().width())
        bins = width * self._plot.viewport().devicePixelRatio()
        raw = self._pixels(*peaks(x, self._trace.raw.values, left, right, bins))
        if self._trace.smooths:
            self.raw.set_points(*raw)
            self.strong.set_points(*self._pixels(*means(x, self._trace.smoothed.values, left, right, width)))
        else:
            self.raw.set_points(_NOTHING, _NOTHING)
            self.strong.set_points(*raw)

    def newest_point(self) -> QPointF | None:
        if not len(self._trace):
            return None
        heights = self._trace.smoothed if self._trace.smooths else self._trace.raw
        return self.pixel(float(self._series.epoch[-1]), float(heights.values[-1]))

    @property
    def _heights(self) -> Floats:
        heights: Floats = self._trace.raw.values
        return heights

    @property
    def _thick(self) -> bool:
        return self._trace.smooths or not self.measure.noisy

    def _weight(self, weight: float) -> float:
        return weight if self.measure.noisy else 0.0


class EpochLine(MeasuredLine):
    """A dashed line with a marker at every epoch, as far as there is room for markers."""

    def __init__(self, plot: PlotView, record: Record, measure: Measure, variant: int, log: bool) -> None:
        super().__init__(plot, record, measure, variant)
        self._log = log
        self._scaled: Floats = _NOTHING
        self.line = Line(plot.view_box, antialias=True)
        self.markers = Markers(plot.view_box)

    @property
    def items(self) -> tuple[Line | Markers, ...]:
        return self.line, self.markers

    def set_style(self, weight: float, log: bool) -> None:
        self._log = log
        self._scaled = _NOTHING
        self.take()

    def take(self) -> bool:
        if len(self._series) == len(self._scaled):
            return False
        self._scaled = scaled(self._measured(), self._log)
        return True

    def bounds(self) -> tuple[float, float] | None:
        heights = self._scaled[np.isfinite(self._scaled)]
        return (float(heights.min()), float(heights.max())) if len(heights) else None

    def retheme(self, color: QColor, strong: QColor, symbol: str, *, front: bool) -> None:
        self.line.set_pen(dashes(QPen(strong, 1.4 if front else 1.1), "epoch", self._variant))
        self.markers.set_style(symbol, 3.5 if front else 3.0, strong, QColor(self._plot.shade.panel))

    def draw(self) -> None:
        x, y = self._series.epoch, self._scaled
        left, right = self._plot.x_range()
        width = max(50.0, self._plot.area().width())
        self.line.set_points(*self._pixels(*peaks(x, y, left, right, width)))
        first, last = int(np.searchsorted(x, left)), int(np.searchsorted(x, right, "right"))
        seen = slice(first, last) if (last - first) * _APART <= width else slice(0, 0)
        finite = np.isfinite(y[seen])
        self.markers.set_points(*self._pixels(x[seen][finite], y[seen][finite]))

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
