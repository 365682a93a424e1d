"""The curves of one run in one chart: a line for each measure, and the marks on them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from networks.runs.measures import Quantity, variants
from networks.runs.record import Record
from widgets.curves.line import SYMBOLS
from widgets.curves.marks import BestMark, DivergedMark
from widgets.curves.measured_line import MeasuredLine, line_of
from widgets.curves.plot_view import PlotView
from widgets.curves.trace import scaled
from widgets.look import theme

_OVERLAY = 0.55
"""How much of its colour an earlier run keeps."""


class RunCurves:
    """The lines of one run for one quantity, with their marks."""

    def __init__(
        self, plot: PlotView, run: Record, quantity: Quantity, index: int, weight: float, log: bool
    ) -> None:
        self.run = run
        self.stale = True
        """Whether something has changed since it was drawn."""
        self.color = self.strong_color = QColor()
        """The run's colour in the current theme; strong lines of earlier runs are dimmer."""
        self.symbol = SYMBOLS[0]
        """Its marker for epochs; another one each time the colours repeat."""
        self._plot, self._quantity, self._index = plot, quantity, index
        self._shown, self._front = True, True
        self._log = log
        self.lines: tuple[MeasuredLine, ...] = tuple(
            line_of(plot, run, measure, variant, weight, log) for measure, variant in variants(quantity)
        )
        self._judged = next((line for line in self.lines if line.measure.each == "epoch"), None)
        self.best = BestMark(plot.view_box, above=quantity.better == "lower")
        self.diverged = DivergedMark(plot.view_box)
        self.retheme()
        self.take()

    def __getitem__(self, measure: str) -> MeasuredLine:
        """The line of this measure."""
        return next(line for line in self.lines if line.measure.name == measure)

    # what is drawn

    @property
    def shown(self) -> bool:
        return self._shown

    def set_shown(self, shown: bool) -> None:
        """Hides the run, or shows it again."""
        self._shown = shown
        for line in self.lines:
            for item in line.items:
                item.setVisible(shown)
        self.stale = True

    def set_front(self, front: bool) -> None:
        """Whether this is the run in front, or an earlier one behind it."""
        self._front = front
        self.retheme()

    def set_style(self, weight: float, log: bool) -> None:
        """Changes smoothing and scale, and recomputes all lines."""
        self._log = log
        for line in self.lines:
            line.set_style(weight, log)
        self.retheme()

    def take(self) -> None:
        """Takes what was added to the record since the last call."""
        grown = [line.take() for line in self.lines]
        self.stale = self.stale or any(grown)

    def bounds(self) -> tuple[float, float] | None:
        """The range of heights to make room for; None if there is nothing to draw."""
        found = [bounds for line in self.lines if (bounds := line.bounds()) is not None]
        return (min(low for low, _ in found), max(high for _, high in found)) if found else None

    def draw(self) -> None:
        """Updates the lines and marks for the plot's current view."""
        self.stale = False
        if self._shown:
            for line in self.lines:
                line.draw()
        self._draw_marks()

    def remove(self) -> None:
        """Removes everything from the plot."""
        for item in (*(item for line in self.lines for item in line.items), self.best, self.diverged):
            self._plot.scene().removeItem(item)

    def newest_point(self) -> QPointF | None:
        """The end of the first line of steps, in pixels of the plot."""
        return next((point for line in self.lines if (point := line.newest_point()) is not None), None)

    def best_value(self) -> float | None:
        """The value of the first line of epochs at the best epoch; None if there is none."""
        if self.run.best is None or self._judged is None:
            return None
        return self.run.best.values.get(self._judged.measure.name)

    # colours

    def retheme(self) -> None:
        """Updates colours, pens and brushes."""
        shade, panel = self._plot.shade, QColor(self._plot.shade.panel)
        self.color = QColor(shade.runs[self._index % len(shade.runs)])
        self.strong_color = self.color if self._front else theme.mixed(panel, self.color, _OVERLAY)
        self.symbol = SYMBOLS[self._index // len(shade.runs) % len(SYMBOLS)]
        height = 4 if self._front else 0
        for line in self.lines:
            line.retheme(self.color, self.strong_color, self.symbol, front=self._front)
            # from the bottom up: single steps, lines of epochs, smoothed steps, markers
            for item, level in zip(
                line.items, (0, 2) if line.measure.each == "step" else (1, 3), strict=True
            ):
                item.setZValue(height + level)
        self.stale = True

    def _draw_marks(self) -> None:
        self.best.place(self._best_point())
        broken = self.run.diverged
        if broken is None or not self._shown or not self._quantity.finite:
            self.diverged.place(None)
        else:
            self.diverged.place(self._plot.pixel(broken, self._plot.y_range()[1]))

    def _best_point(self) -> QPointF | None:
        best, value = self.run.best, self.best_value()
        if best is None or value is None or self._judged is None or not self._shown:
            return None
        height = scaled(np.array([value]), self._log)[0]
        return self._judged.pixel(float(best.epoch), float(height))
