"""The steps of the augmentation in their order, which one can drag."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from networks.recipes.augmentation.base import Augmentation
from widgets.look import theme
from widgets.panels.augmentation_row import AugmentationRow


class AugmentationList(QWidget):
    """Shows steps and asks for other ones."""

    edited = Signal(int, str, object)
    """The index of a step, a parameter's name and its new value."""
    removed = Signal(int)
    moved = Signal(int, int)
    """A step's index, and the one that it is to have."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[AugmentationRow] = []
        self._target: int | None = None
        """Where a row that is dragged would be put: before the one with this index."""
        self._focused: int | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_steps(self, steps: Sequence[Augmentation], *, grey: bool) -> None:
        """Shows the steps; with `grey` images those that change colours do nothing."""
        if [row.kind for row in self.rows] != [type(step) for step in steps]:
            self._rebuild(steps)
        for row, step in zip(self.rows, steps, strict=True):
            row.show_step(step, idle=grey and step.colours)

    def _rebuild(self, steps: Sequence[Augmentation]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [AugmentationRow(type(step), self) for step in steps]
        for index, row in enumerate(self.rows):
            self._column.addWidget(row)
            row.edited.connect(partial(self.edited.emit, index))
            row.removed.connect(partial(self.removed.emit, index))
            row.dragged.connect(partial(self._drag, index))
            row.dropped.connect(partial(self._drop, index))
            row.stepped.connect(partial(self._step, index))
        if self._focused is not None and self._focused < len(self.rows):
            self.rows[self._focused].handle.setFocus()
        self._focused = None

    def _drag(self, index: int, place: QPointF) -> None:
        height = self.rows[index].mapTo(self, place).y()
        self._target = sum(row.geometry().center().y() < height for row in self.rows)
        self.update()

    def _drop(self, index: int) -> None:
        target, self._target = self._target, None
        self.update()
        if target is not None and target not in (index, index + 1):
            self.moved.emit(index, target - (target > index))

    def _step(self, index: int, by: int) -> None:
        if 0 <= index + by < len(self.rows):
            self._focused = index + by
            self.moved.emit(index, index + by)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._target is None or not self.rows:
            return
        last = self.rows[-1].geometry().bottom() - 1
        height = self.rows[self._target].y() + 1 if self._target < len(self.rows) else last
        painter = QPainter(self)
        painter.setPen(QPen(QColor(theme.colors(self).accent), 2))
        painter.drawLine(QPoint(0, height), QPoint(self.width(), height))
        painter.end()
