"""The curves of one run in one chart: a line for each measure, and the marks on them."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from networks.runs.measures import Each, Quantity, variants
from networks.runs.record import Record
from networks.runs.sane_range import Spread
from networks.runs.series import Floats
from networks.runs.verdict import best_index
from widgets.curves.marks import BestMark, ChangeMarks, DivergedMark, EdgeMark, Mark
from widgets.curves.measured_line import MeasuredLine, line_of
from widgets.curves.plot_view import PlotView
from widgets.curves.symbols import SYMBOLS
from widgets.look import theme
from widgets.look.translation import said

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
        self.words_color = QColor()
        """The run's colour for words."""
        self.symbol = SYMBOLS[0]
        """Its marker for epochs; another one each time the colours repeat."""
        self._plot, self._quantity, self._index = plot, quantity, index
        self._shown, self._front, self._single = True, True, True
        self._cleared = False
        self.cut = False
        """Whether the axis leaves out a part of this run."""
        self.lines: tuple[MeasuredLine, ...] = tuple(
            line_of(plot, run, measure, variant, weight, log) for measure, variant in variants(quantity)
        )
        self._judged = next((line for line in self.lines if line.measure.each == "epoch"), None)
        self._best = -1
        """Index of the validation with the best value of this chart's own quantity."""
        self._several = self._crowded = False
        self.version = 0
        """Changes with the heights of its lines."""
        self._thinned: tuple[int, list[tuple[Each, Floats, Floats]]] = -1, []
        self.color_name = ""
        """That of the strong lines, by which runs behind others are gathered."""
        self.best = BestMark(plot.view_box, above=quantity.better == "lower")
        self.edge = EdgeMark(plot.view_box)
        self.diverged = DivergedMark(plot.view_box)
        self.changes = ChangeMarks(plot.view_box, self.best)
        self._told_changes = 0
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
                item.setVisible(shown and not self._crowded)
            line.set_single_steps(self._single)
        self.stale = True

    def set_single_steps(self, shown: bool) -> None:
        """Whether single steps are drawn beside smoothed lines."""
        self._single = shown
        for line in self.lines:
            line.set_single_steps(shown)
        self.stale = True

    def set_front(self, front: bool, several: bool) -> None:
        """Whether this is the run in front, or an earlier one behind it; and whether several are drawn."""
        if (front, several) != (self._front, self._several):
            self._front, self._several = front, several
            self.retheme()

    @property
    def crowded(self) -> bool:
        """Whether it is drawn together with many others, and has no marks."""
        return self._crowded

    def set_crowded(self, crowded: bool) -> None:
        """Whether it is drawn together with many others, and not here."""
        if crowded != self._crowded:
            self._crowded, self.stale = crowded, True
            self.set_shown(self._shown)

    def set_style(self, weight: float, log: bool) -> None:
        """Changes smoothing and scale, and recomputes all lines."""
        for line in self.lines:
            line.set_style(weight, log)
        self.version += 1
        self.retheme()

    def take(self) -> None:
        """Takes what was added to the record since the last call."""
        grown = [line.take() for line in self.lines]
        self.version += any(grown)
        self.stale = self.stale or any(grown) or len(self.run.changes) != self._told_changes
        self._told_changes = len(self.run.changes)
        if self._judged is not None and any(grown):
            self._best = best_index(self.run, self._judged.measure)

    def spreads(self) -> list[Spread]:
        """The values to make room for, of each line that has any."""
        return [found for line in self.lines if (found := line.spread()) is not None]

    def draw(self) -> None:
        """Updates the lines and marks for the plot's current view."""
        self.stale = False
        if self._crowded:
            if not self._cleared:
                self._clear()
            return
        self._cleared = False
        if self._shown:
            for line in self.lines:
                line.draw()
        self._draw_marks()

    def thinned(self) -> list[tuple[Each, Floats, Floats]]:
        """Some points of each line, and whether it is one of steps or of epochs."""
        if self._thinned[0] != self.version:
            self._thinned = self.version, [(line.measure.each, *line.thinned()) for line in self.lines]
        return self._thinned[1]

    def _clear(self) -> None:
        self._cleared = True
        for line in self.lines:
            line.clear()
        for mark in (self.best, self.diverged, self.edge):
            mark.place(None)
        self.changes.show_changes([], self.words_color, self._plot.shade)

    def remove(self) -> None:
        """Removes everything from the plot."""
        for item in (*(item for line in self.lines for item in line.items), *self._marks):
            self._plot.scene().removeItem(item)

    def newest_point(self) -> QPointF | None:
        """The end of the first line of steps, in pixels of the plot."""
        return next((point for line in self.lines if (point := line.newest_point()) is not None), None)

    def best_value(self) -> float | None:
        """The best value of the first line of epochs, by this chart's own quantity; None if there is none."""
        return None if self._judged is None else self._judged.value(self._best)

    def best_epoch(self) -> int | None:
        """The epoch of that value."""
        return int(self.run.validations.epoch[self._best]) if self._best >= 0 else None

    @property
    def _marks(self) -> tuple[Mark, ...]:
        return self.best, self.diverged, self.edge, self.changes

    # colours

    def retheme(self) -> None:
        """Updates colours, pens and brushes."""
        shade, panel = self._plot.shade, QColor(self._plot.shade.panel)
        self.color = QColor(shade.runs[self._index % len(shade.runs)])
        self.strong_color = self.color if self._front else theme.mixed(panel, self.color, _OVERLAY)
        self.color_name = self.strong_color.name()
        self.words_color = QColor(shade.run_texts[self._index % len(shade.run_texts)])
        self.symbol = SYMBOLS[self._index // len(shade.runs) % len(SYMBOLS)]
        height = 4 if self._front else 0
        for line in self.lines:
            line.retheme(self.color, self.strong_color, self.symbol, front=self._front, several=self._several)
            # from the bottom up: the single steps of all runs; of each run lines of epochs, smoothed steps,
            # markers
            for item, level in zip(
                line.items, (-10, 2) if line.measure.each == "step" else (1, 3), strict=True
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
        self._draw_edge()
        top = self._plot.y_range()[1]
        told = self.run.changes if self._shown and self._front else []
        self.changes.show_changes(
            [(self._plot.pixel(change.epoch, top).x(), said(change.words)) for change in told],
            self.words_color,
            self._plot.shade,
        )

    def _draw_edge(self) -> None:
        """Marks where a line of this run leaves an axis that does not follow it."""
        left = [where for line in self.lines if (where := line.leaves()) is not None] if self._shown else []
        if not left or not self.cut:
            self.edge.place(None)
            return
        across, upwards = min(left)
        self.edge.show_direction(upwards, self.color, QColor(self._plot.shade.panel))
        self.edge.place(QPointF(across, 0.0 if upwards else self._plot.area().height()))

    def _best_point(self) -> QPointF | None:
        return self._judged.point(self._best) if self._judged and self._shown and self._best >= 0 else None
