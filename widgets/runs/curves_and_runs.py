"""The curves and the table of runs, which are one thing: a tick in the table is a line in the charts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSplitter, QVBoxLayout, QWidget

from networks.runs.columns import RunRow
from widgets.curves.panel import CurvesPanel
from widgets.look import theme
from widgets.runs.table.box import RunsBox

_HIGH = 560
"""From this height on, times the growth of the text, there is room for both; below, a button changes from one
to the other."""
_TABLE_SHARE = 0.32


class CurvesAndRuns(QWidget):
    """Shows both below each other; in a low window the names of the drawn runs stand for the table."""

    curves_wished = Signal(object)
    """The ids of runs whose curves are to be drawn, and are not there yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves, self.runs = CurvesPanel(), RunsBox()
        self._awaited: set[str] = set()
        """Runs that were ticked and whose curves are being read."""
        self._turned = False
        """Whether a low window shows the table."""
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(1)
        self.split.addWidget(self.curves)
        self.split.addWidget(self.runs)
        self.split.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)
        self.table_button = self.curves.table_button
        self.curves_button = QPushButton(self.tr("Curves"))
        self.curves_button.setObjectName("show_curves")
        self.curves_button.setFont(theme.font(theme.DENSE))
        self.runs.head.insertWidget(0, self.curves_button)
        self.table_button.clicked.connect(self._turn)
        self.curves_button.clicked.connect(self._turn)
        self.runs.table.runs.ticked.connect(self.draw)
        self.curves.drawn_changed.connect(self._show_drawn)
        self._fit()

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Shows these runs in the table; those that are drawn are told by the curves."""
        before = len(self.runs.rows)
        self.runs.show_rows(rows)
        if bool(before) != bool(rows):
            self._fit()
        self.curves.show_count(len(rows))

    @Slot(object, bool)
    def draw(self, runs: Sequence[str], on: bool) -> None:
        """Draws the curves of these runs, or stops drawing them; has those read that are not there yet."""
        known = self.curves.held.ids
        self._awaited = self._awaited | (set(runs) - known) if on else self._awaited - set(runs)
        self.curves.held.draw([run for run in runs if run in known], on)
        if missing := [run for run in runs if run not in known and on]:
            self.curves_wished.emit(missing)
        self._show_drawn()

    @Slot()
    def _show_drawn(self) -> None:
        self._awaited -= self.curves.held.ids
        self.runs.show_drawn(self.curves.held.colors, self.curves.held.drawn_ids | self._awaited)

    @Slot()
    def _turn(self) -> None:
        self._turned = not self._turned
        self._fit()
        (self.runs.table if self._turned else self.table_button).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Shows what there is room for."""
        high, any_run = self.height() >= theme.grown(_HIGH), bool(self.runs.rows)
        first = high and any_run and self.runs.isHidden()
        self.runs.setVisible(any_run and (high or self._turned))
        self.curves.setVisible(high or not (self._turned and any_run))
        self.curves.show_legend(not high)
        self.curves_button.setVisible(not high)
        if first and self.curves.isVisibleTo(self):
            table = round(self.height() * _TABLE_SHARE)
            self.split.setSizes([self.height() - table, table])
