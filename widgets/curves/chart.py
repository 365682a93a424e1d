"""One chart: a quantity of all runs over epochs, and the part of it that is in view."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Signal, Slot
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QWidget

from networks.runs.measures import Quantity
from networks.runs.record import Record
from networks.runs.sane_range import Spread, sane_range, whole_range
from widgets.curves import ticks
from widgets.curves.crowd import MOST_ALONE, Crowd
from widgets.curves.marks import CrossHair, Dots
from widgets.curves.plot_view import PlotView, Range
from widgets.curves.run_curves import RunCurves
from widgets.curves.trace import scaled, unscaled

_FAR = 1e10
"""A linear axis ends here: beyond it Qt cannot invert the transformation."""


_BOX_GAP = 6.0
"""Pixels between a box of values, the edges of the chart and the cross-hair."""
_COVERED = 0.04
"""The share of the points in view that a box may cover."""
_NEAR = 12.0
"""How near to an arrow a click must be, in pixels."""


class Chart(PlotView):
    """Draws the curves of runs. `follow`, `look_at` and the user's gestures change the part in view."""

    all_requested = Signal()
    """The user wants to see what the axis leaves out."""

    def __init__(self, quantity: Quantity, parent: QWidget | None = None) -> None:
        self._curves: dict[Record, RunCurves] = {}
        self._front: Record | None = None
        self._log = False
        self._moving = False
        self._single_steps = True
        self._whole = False
        self.quantity = quantity
        super().__init__(ticks.percent if quantity.format == "percent" else ticks.number, parent)
        self._crowd = Crowd(self)
        self._cross_hair = CrossHair(self.view_box)
        self._rings = Dots(self.view_box, 3.5, ring=True)
        self._newest = Dots(self.view_box, 3.5, ring=False)
        self._cross_hair_at: float | None = None
        self._cross_hair.set_theme(self.shade)
        self.view_changed.connect(self._draw_all)
        self.clicked.connect(self._click)

    # runs

    def add_run(self, run: Record, index: int, weight: float) -> None:
        """Adds a run in the colour of that index, in front of all others."""
        self._curves[run] = RunCurves(self, run, self.quantity, index, weight, self._log)
        self._curves[run].set_single_steps(self._single_steps)

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
        self.arrange_runs()

    def arrange_runs(self) -> None:
        """Draws runs more faintly where several are shown, and labels the one in front."""
        several = sum(curves.shown for curves in self._curves.values()) > 1
        for curves in self._curves.values():
            curves.set_front(curves.run is self._front, several)
        self._gather()
        self._label()

    def _gather(self) -> None:
        """Has many runs drawn together, all but the one in front."""
        shown = [curves for curves in self._curves.values() if curves.shown]
        behind = [curves for curves in shown if curves.run is not self._front]
        many = len(shown) > MOST_ALONE
        for curves in behind:
            curves.set_crowded(many)
        if self._front is not None:
            self._curves[self._front].set_crowded(False)
        self._crowd.show(behind if many else ())

    def set_single_steps(self, shown: bool) -> None:
        """Shows or hides the single steps beside smoothed lines."""
        self._single_steps = shown
        for curves in self._curves.values():
            curves.set_single_steps(shown)

    def set_whole(self, whole: bool) -> None:
        """Whether the axis makes room for everything, or only for what is finite and sane."""
        self._whole = whole

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
        spreads = {curves: curves.spreads() for curves in self._curves.values() if curves.shown}
        bounds = self._bounds(spreads)
        self.left_axis.set_blank(bounds is None)
        y = (0.0, 1.0) if bounds is None else self._framed(*bounds)
        self._find_cut(y, spreads)
        self.limits = ((-0.05 * end, 1.1 * end), self._limits())
        self._moving = True
        self.look_at(x, y)
        self._moving = False
        self.redraw()

    def redraw(self) -> None:
        """Draws what has changed, if the chart is visible."""
        if not self.isVisible():
            return
        if not self._crowd.empty or len(self._curves) > MOST_ALONE:
            self._gather()
            self._crowd.draw()
        for curves in self._curves.values():
            if curves.stale:
                curves.draw()
        self._place_dots()
        # one update for all items: one for each costs more than painting some needlessly
        self.viewport().update()

    def show_cross_hair(self, epoch: float | None, rings: list[tuple[QPointF, QColor]]) -> None:
        """Shows a line at this epoch and rings around the points that are read there; None hides it."""
        if epoch is None and self._cross_hair_at is None and not rings:
            return
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

    def _bounds(self, spreads: Mapping[RunCurves, list[Spread]]) -> Range | None:
        """The heights to make room for."""
        if self._whole:
            found = whole_range(tuple(spreads.values()))
        else:
            chances = (curves.run.chance.get(self.quantity.name, 0.0) for curves in spreads)
            found = sane_range(tuple(spreads.values()), max(chances, default=0.0))
        if found is None or not self._log:
            return found
        low, high = scaled(np.array(found), True).tolist()
        return low, high

    def _find_cut(self, y: Range, spreads: Mapping[RunCurves, list[Spread]]) -> None:
        """Finds out of which runs the axis leaves out a part."""
        top = unscaled(y[1], self._log)
        bottom = -math.inf if self._log else y[0]
        for curves in self._curves.values():
            lines = spreads.get(curves, ())
            cut = any(not bottom <= line.low <= line.high <= top for line in lines)
            curves.stale = curves.stale or cut != curves.cut
            curves.cut = cut

    @property
    def cut_runs(self) -> int:
        """Of how many runs the axis leaves out a part."""
        return sum(curves.cut for curves in self._curves.values())

    @property
    def axis_start(self) -> str | None:
        """Where the axis of shares starts, if not at 0; None elsewhere."""
        low = self.y_range()[0]
        if self.quantity.format != "percent" or self._log or low <= 0:
            return None
        return ticks.percent(max(0.0, round(low, 1)))

    @property
    def whole(self) -> bool:
        """Whether the axis makes room for everything, although some of it is far away."""
        return self._whole

    def _click(self, position: QPointF) -> None:
        """A click on an arrow at the edge wishes to see all."""
        at = position - self.area().topLeft()
        arrows = [curves.edge for curves in self._curves.values() if curves.edge.isVisible()]
        if any(
            abs(at.x() - place.x()) < _NEAR and abs(at.y() - place.y()) < _NEAR
            for place in (arrow.at for arrow in arrows)
            if place is not None
        ):
            self.all_requested.emit()

    def free_place(self, size: QSizeF) -> QPointF | None:
        """Where in the viewport a box of this size covers next to nothing; None if it fits nowhere.

        Of places at the left and right edge that are free, one that the cross-hair does not cross.
        """
        area = self.area()
        left, top = area.width() - size.width() - _BOX_GAP, area.height() - size.height() - _BOX_GAP
        if left < 0 or top < 0:
            return None
        lines = [line for curves in self._curves.values() if curves.shown for line in curves.lines]
        allowed = _COVERED * sum(line.points_within(QRectF(QPointF(), area.size())) for line in lines)
        across = -math.inf if self._cross_hair_at is None else self.pixel(self._cross_hair_at, 0.0).x()
        found: list[tuple[bool, int, int, QPointF]] = []
        heights = np.linspace(min(_BOX_GAP / 2, top), top, 5).tolist()
        for corner in (QPointF(x, y) for x in (left, _BOX_GAP) for y in heights):
            place = QRectF(corner, size)
            covered = sum(line.points_within(place) for line in lines)
            if covered <= allowed:
                crossed = place.left() - _BOX_GAP < across < place.right() + _BOX_GAP
                found.append((crossed, covered, len(found), corner))
        return min(found)[3] + area.topLeft() if found else None

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
            if curves.crowded:
                continue
            value = curves.best_value()
            if value is None or curves.run is not self._front:
                text = ""
            elif self.quantity.better == "lower":
                text = self.tr("lowest {value}").format(value=self.quantity.figure(value))
            else:
                text = self.tr("highest {value}").format(value=self.quantity.figure(value))
            curves.best.show_text(text, curves.strong_color, shade, curves.words_color)
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
