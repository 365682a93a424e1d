"""One chart: a quantity of all runs over epochs, and the part of it that is in view."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, Slot
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QWidget

from networks.runs.measures import BEST_BY, Quantity
from networks.runs.record import Record
from widgets.curves import ticks
from widgets.curves.marks import CrossHair, Dots
from widgets.curves.plot_view import PlotView, Range
from widgets.curves.run_curves import RunCurves

_FAR = 1e10
"""A linear axis ends here: beyond it Qt cannot invert the transformation."""


class Chart(PlotView):
    """Draws the curves of runs. `follow`, `look_at` and the user's gestures change the part in view."""

    def __init__(self, quantity: Quantity, parent: QWidget | None = None) -> None:
        self._curves: dict[Record, RunCurves] = {}
        self._front: Record | None = None
        self._log = False
        self._moving = False
        self.quantity = quantity
        super().__init__(ticks.percent if quantity.format == "percent" else ticks.number, parent)
        self._cross_hair = CrossHair(self.view_box)
        self._rings = Dots(self.view_box, 3.5, ring=True)
        self._newest = Dots(self.view_box, 3.5, ring=False)
        self._cross_hair_at: float | None = None
        self._cross_hair.set_theme(self.shade)
        self.view_changed.connect(self._draw_all)

    # runs

    def add_run(self, run: Record, index: int, weight: float) -> None:
        """Adds a run in the colour of that index, in front of all others."""
        self._curves[run] = RunCurves(self, run, self.quantity, index, weight, self._log)
        self.set_front(run)

    def remove_run(self, run: Record) -> None:
        """Removes a run."""
        self._curves.pop(run).remove()
        if self._front is run:
            self._front = None

    def curves(self, run: Record) -> RunCurves:
        """The curves of a run."""
        return self._curves[run]

    def set_front(self, run: Record) -> None:
        """Draws this run over the others, more strongly, and labels its best value."""
        self._front = run
        for curves in self._curves.values():
            curves.set_front(curves.run is run)
        self._label()
        self.redraw()

    def set_smoothing(self, weight: float) -> None:
        """Changes the smoothing of all runs."""
        for curves in self._curves.values():
            curves.set_style(weight, self._log)
        self.redraw()

    def set_log(self, log: bool, weight: float) -> None:
        """Switches between a logarithmic and a linear axis."""
        self._log = log
        self.left_axis.set_log(log)
        for curves in self._curves.values():
            curves.set_style(weight, log)

    def take(self, run: Record) -> None:
        """Takes what was added to a run's record since the last call; `redraw` shows it."""
        self._curves[run].take()
        self._label()

    # the view

    def follow(self, epochs: float) -> None:
        """Fits the view to everything from the start to `epochs`."""
        end = ticks.end_of_epochs(epochs)
        x = (-0.012 * end, 1.02 * end)
        bounds = self._bounds()
        self.left_axis.set_blank(bounds is None)
        y = (0.0, 1.0) if bounds is None else self._framed(*bounds)
        self.limits = ((-0.05 * end, 1.1 * end), self._limits())
        self._moving = True
        self.look_at(x, y)
        self._moving = False
        self.redraw()

    def redraw(self) -> None:
        """Draws what has changed, if the chart is visible."""
        if not self.isVisible():
            return
        for curves in self._curves.values():
            if curves.stale:
                curves.draw()
        self._place_dots()
        # one update for all items: one for each costs more than painting some needlessly
        self.viewport().update()

    def show_cross_hair(self, epoch: float | None, rings: list[tuple[QPointF, QColor]]) -> None:
        """Shows a line at this epoch and rings around the points that are read there; None hides it."""
        self._cross_hair_at = epoch
        self._rings.show_points(rings, QColor(self.shade.panel))
        self._place_dots()
        self.viewport().update()

    @property
    def cross_hair(self) -> float | None:
        """The epoch of the cross-hair, or None."""
        return self._cross_hair_at

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_newest"):
            self._cross_hair.set_theme(self.shade)
            for curves in self._curves.values():
                curves.retheme()
            self._label()
            self.view_changed.emit()

    @Slot()
    def _draw_all(self) -> None:
        for curves in self._curves.values():
            curves.stale = True
        if not self._moving:
            self.redraw()

    def _bounds(self) -> Range | None:
        found = [
            bounds
            for curves in self._curves.values()
            if curves.shown and (bounds := curves.bounds()) is not None
        ]
        return (min(low for low, _ in found), max(high for _, high in found)) if found else None

    def _framed(self, low: float, high: float) -> Range:
        """The range with round ends; a linear axis begins at 0, and an axis of shares ends at 100 %."""
        if self._log:
            middle, half = (low + high) / 2, max(0.15, 0.53 * (high - low))
            low, high = math.floor((middle - half) * 10) / 10, math.ceil((middle + half) * 10) / 10
            return max(low, ticks.LOWEST), min(high, ticks.HIGHEST)
        if self.quantity.format == "percent":
            low = next((floor for floor in (0.9, 0.8, 0.5) if low >= floor), 0.0)
            high = 1.0
        else:
            high = min(_FAR, ticks.round_up(1.03 * high)) if high > 0 else 0.0
            low = max(-_FAR, -ticks.round_up(-1.03 * low)) if low < 0 else 0.0
            high = high if high > low else low + 1.0
        margin = 0.025 * (high - low)
        return low - margin, high + margin

    def _limits(self) -> Range:
        if self._log:
            return ticks.LOWEST, ticks.HIGHEST
        return (-0.1, 1.1) if self.quantity.format == "percent" else (-1.05 * _FAR, 1.05 * _FAR)

    def _label(self) -> None:
        shade = self.shade
        for curves in self._curves.values():
            value = curves.best_value()
            if value is None or curves.run is not self._front:
                text = ""
            elif self.quantity == BEST_BY.quantity:
                text = self.tr("best {value}").format(value=self.quantity.figure(value))
            else:
                text = self.quantity.figure(value)
            curves.best.show_text(text, curves.strong_color, shade)
            curves.diverged.show_text(self.tr("diverged"), QColor(shade.error), shade)

    def _place_dots(self) -> None:
        at = self._cross_hair_at
        self._cross_hair.place(None if at is None else self.pixel(at, 0.0))
        newest = None
        if self._front is not None and self._front.ended is None:
            curves = self.curves(self._front)
            newest = curves.newest_point() if curves.shown else None
            if newest is not None:
                self._newest.show_points([(newest, curves.color)], QColor(self.shade.panel))
        if newest is None:
            self._newest.show_points([], QColor())
