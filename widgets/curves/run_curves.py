"""The curves of one run in one chart: every step, smoothed, validation, and the marks on them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPen

from networks.runs.record import Record
from networks.runs.series import Floats
from widgets.curves.line import SYMBOLS, Line, Markers
from widgets.curves.marks import BestMark, DivergedMark
from widgets.curves.plot_view import PlotView
from widgets.curves.trace import Trace, means, peaks, scaled
from widgets.look import theme

_OVERLAY = 0.55
"""How much of its colour an earlier run keeps."""
_CLIP = 50.0
"""Heights of the plot beyond which a curve is cut off: Qt's painting needs bounded coordinates."""
_APART = 7.0
"""Pixels between validations below which their markers are left out."""


class RunCurves:
    """Draws one run; `metric` is `loss` or `accuracy`."""

    def __init__(
        self, plot: PlotView, run: Record, metric: str, index: int, weight: float, log: bool
    ) -> None:
        self.run = run
        self.stale = True
        """Whether something has changed since it was drawn."""
        self.color = self.strong_color = QColor()
        """The run's colour in the present theme; the strong line's is dimmer behind the run in front."""
        self.symbol = SYMBOLS[0]
        """Its marker of validations: another one where the colours begin anew."""
        self._plot, self._metric, self._index = plot, metric, index
        self._shown, self._front = True, True
        self._log = log
        self._trace = Trace(weight, log)
        self._validation_heights: Floats = np.empty(0)
        self.raw = Line(plot.view_box, antialias=False)
        self.strong = Line(plot.view_box, antialias=True)
        self.validation = Line(plot.view_box, antialias=True)
        self.markers = Markers(plot.view_box)
        self.best = BestMark(plot.view_box, above=metric == "loss")
        self.diverged = DivergedMark(plot.view_box)
        self.retheme()
        self.take()

    # what is drawn

    @property
    def shown(self) -> bool:
        return self._shown

    def set_shown(self, shown: bool) -> None:
        """Hides the run, or shows it again."""
        self._shown = shown
        for item in self._items():
            item.setVisible(shown)
        self.stale = True

    def set_front(self, front: bool) -> None:
        """Whether it is the run that one looks at, or an earlier one behind it."""
        self._front = front
        self.retheme()

    def set_style(self, weight: float, log: bool) -> None:
        """Another smoothing or scale: everything is computed anew."""
        self._log = log
        self._trace.set_style(weight, log)
        self._validation_heights = np.empty(0)
        self.take()
        self.retheme()

    def take(self) -> None:
        """Looks at what the run has told since the last time."""
        self.stale = True
        training = self.run.steps.values(f"training {self._metric}")
        self._trace.extend(training[len(self._trace) :])
        if len(self.run.validations) != len(self._validation_heights):
            self._validation_heights = scaled(
                self.run.validations.values(f"validation {self._metric}"), self._log
            )

    def bounds(self) -> tuple[float, float] | None:
        """Lowest and highest height to make room for, None where there is nothing."""
        found = [] if (trace := self._trace.bounds()) is None else [trace]
        heights = self._validation_heights[np.isfinite(self._validation_heights)]
        if len(heights):
            found.append((float(heights.min()), float(heights.max())))
        if not found:
            return None
        return min(low for low, _ in found), max(high for _, high in found)

    def draw(self) -> None:
        """Brings the lines up to what was taken, for the plot's present view."""
        self.stale = False
        if self._shown:
            self._draw_training()
            self._draw_validation()
        self._draw_marks()

    def remove(self) -> None:
        """Takes everything off the plot."""
        for item in (*self._items(), self.best, self.diverged):
            self._plot.scene().removeItem(item)

    # single points, in pixels of the plot

    def training_point(self, index: int) -> QPointF | None:
        """Where a step is drawn; None where it has no place on the axis."""
        return self._pixel(float(self.run.steps.epoch[index]), float(self._trace.raw.values[index]))

    def validation_point(self, index: int) -> QPointF | None:
        """Where a validation is drawn; None where it has no place on the axis."""
        return self._pixel(float(self.run.validations.epoch[index]), float(self._validation_heights[index]))

    def newest_point(self) -> QPointF | None:
        """The end of the strong line."""
        if not len(self._trace):
            return None
        heights = self._trace.smoothed if self._trace.smooths else self._trace.raw
        return self._pixel(float(self.run.steps.epoch[-1]), float(heights.values[-1]))

    # colours

    def retheme(self) -> None:
        """Colours, pens and brushes anew."""
        shade, panel = self._plot.shade, QColor(self._plot.shade.panel)
        self.color = QColor(shade.runs[self._index % len(shade.runs)])
        self.strong_color = self.color if self._front else theme.mixed(panel, self.color, _OVERLAY)
        self.symbol = SYMBOLS[self._index // len(shade.runs) % len(SYMBOLS)]
        strong, smooths = self.strong_color, self._trace.smooths
        faint = QColor(self.color)
        faint.setAlpha(85 if self._front else 38)
        self.raw.set_pen(QPen(faint, 1))
        wide = 2.0 if self._front else 1.5
        self.strong.set_pen(QPen(strong, wide if smooths else 1.0))
        dashes = QPen(strong, 1.4 if self._front else 1.1)
        dashes.setDashPattern([4, 3])
        self.validation.set_pen(dashes)
        self.markers.set_style(self.symbol, 3.5 if self._front else 3.0, strong, panel)
        height = 4 if self._front else 0
        for level, item in enumerate((self.raw, self.validation, self.strong, self.markers)):
            item.setZValue(height + level)
        self.stale = True

    def _items(self) -> tuple[Line | Markers, ...]:
        return self.raw, self.strong, self.validation, self.markers

    def _pixel(self, x: float, y: float) -> QPointF | None:
        if not np.isfinite(y):
            return None
        across, down = self._pixels(np.array([x]), np.array([y]))
        return QPointF(across[0], down[0])

    def _pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The same points in pixels of the plot."""
        area, (left, right), (low, high) = self._plot.area(), self._plot.x_range(), self._plot.y_range()
        across = (x - left) * (area.width() / (right - left))
        reach = _CLIP * (high - low)
        down = (high - np.clip(y, low - reach, high + reach)) * (area.height() / (high - low))
        return across, down

    def _draw_training(self) -> None:
        x, (left, right) = self.run.steps.epoch, self._plot.x_range()
        width = max(50.0, self._plot.area().width())
        bins = width * self._plot.viewport().devicePixelRatio()
        raw = self._pixels(*peaks(x, self._trace.raw.values, left, right, bins))
        if self._trace.smooths:
            self.raw.set_points(*raw)
            self.strong.set_points(*self._pixels(*means(x, self._trace.smoothed.values, left, right, width)))
        else:
            self.raw.set_points(np.empty(0), np.empty(0))
            self.strong.set_points(*raw)

    def _draw_validation(self) -> None:
        x, y = self.run.validations.epoch, self._validation_heights
        left, right = self._plot.x_range()
        width = max(50.0, self._plot.area().width())
        self.validation.set_points(*self._pixels(*peaks(x, y, left, right, width)))
        first, last = int(np.searchsorted(x, left)), int(np.searchsorted(x, right, "right"))
        seen = slice(first, last) if (last - first) * _APART <= width else slice(0, 0)
        finite = np.isfinite(y[seen])
        self.markers.set_points(*self._pixels(x[seen][finite], y[seen][finite]))

    def _draw_marks(self) -> None:
        self.best.place(self._best_point())
        broken = self.run.diverged
        if broken is None or not self._shown or self._metric != "loss":
            self.diverged.place(None)
        else:
            self.diverged.place(self._plot.pixel(broken, self._plot.y_range()[1]))

    def _best_point(self) -> QPointF | None:
        best = self.run.best
        if best is None or not self._shown:
            return None
        height = scaled(np.array([best.values[f"validation {self._metric}"]]), self._log)[0]
        return self._pixel(float(best.epoch), float(height))
