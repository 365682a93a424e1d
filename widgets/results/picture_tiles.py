"""What grids of judged pictures share: where tiles are, how one walks over them, and what is said of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from widgets.controls.painted_area import PaintedArea
from widgets.look import theme
from widgets.results.results import percent

GAP = 8
SHOWN_ROWS = 3


class PictureTiles(PaintedArea):
    """Tiles in rows, of which one is current. Paints only those that are seen."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the grid."""
        super().__init__("", parent)
        self.setAccessibleName(name)
        self.places: NDArray[np.int64] = np.zeros(0, np.int64)
        """The pictures, as places among all that were judged."""
        self.current = 0
        """Which of them is current."""

    # what a grid says of itself

    def least(self) -> int:
        """How wide a tile is at least."""
        raise NotImplementedError

    def row(self) -> int:
        """How high a row is, with the gap below it."""
        raise NotImplementedError

    def place(self, index: int) -> QRectF:
        """Where the tile with this index is, in the whole content."""
        raise NotImplementedError

    def words(self) -> str:
        """The current picture in a sentence."""
        raise NotImplementedError

    def became_current(self, place: int) -> None:
        """The picture at this place became the current one."""
        raise NotImplementedError

    def paint_tile(self, painter: QPainter, shade: theme.Colors, index: int) -> None:
        """Paints one tile."""
        raise NotImplementedError

    def sentence(self, number: int, label: str, answer: str, sureness: float) -> str:
        """What is said of the current picture."""
        return self.tr(
            "Picture {number}, {at} of {count}: it is {label}, the network says {answer}, {sure} sure."
        ).format(
            number=number,
            at=self.current + 1,
            count=len(self.places),
            label=label,
            answer=answer,
            sure=percent(sureness),
        )

    # places

    def columns(self) -> int:
        return max(1, (self.viewport().width() + GAP) // (self.least() + GAP))

    def step(self) -> float:
        """From one column to the next."""
        return (self.viewport().width() + GAP) / self.columns()

    def rows(self) -> int:
        return -(-len(self.places) // self.columns())

    def index_at(self, at: QPointF) -> int | None:
        """The picture at this place of the viewport."""
        inside = at + QPointF(self.offset())
        column = min(int(inside.x() // self.step()), self.columns() - 1)
        index = int(inside.y() // self.row()) * self.columns() + column
        return index if 0 <= index < len(self.places) and self.place(index).contains(inside) else None

    # input

    def go(self, index: int) -> None:
        """Makes this picture the current one."""
        if not len(self.places):
            return
        self.current = max(0, min(index, len(self.places) - 1))
        self.bring(self.place(self.current))
        self.tell(self.words())
        self.viewport().update()
        self.became_current(int(self.places[self.current]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns, count = self.columns(), len(self.places)
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -SHOWN_ROWS * columns,
            Qt.Key.Key_PageDown: SHOWN_ROWS * columns,
            Qt.Key.Key_Home: -count,
            Qt.Key.Key_End: count,
        }
        if (key := Qt.Key(event.key())) in steps:
            self.go(self.current + steps[key])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.go(index)

    # painting

    def paint_tiles(self, painter: QPainter, shade: theme.Colors) -> None:
        """Paints the tiles that are in sight."""
        offset = self.offset().y()
        first = offset // self.row() * self.columns()
        last = (offset + self.viewport().height()) // self.row() * self.columns() + self.columns()
        painter.translate(0, -offset)
        for index in range(first, min(last, len(self.places))):
            self.paint_tile(painter, shade, index)
        painter.translate(0, offset)
