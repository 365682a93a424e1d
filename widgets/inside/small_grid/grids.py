"""The input with its padding, the window on it, and the output pixel that it makes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.explanations.layers.small_grid import Side
from widgets.controls.arrows import ARROWS
from widgets.look import theme

_GAP, _HEAD = 36.0, 22.0
_LARGEST_CELL = 30.0


class Grids(QWidget):
    """Draws both grids to one scale. Mouse and arrow keys choose an output pixel."""

    chosen = Signal(int)
    """The index of an output pixel, row by row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sides: tuple[Side, Side] | None = None
        self._at = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Input and output"))

    def sizeHint(self) -> QSize:
        return QSize(520, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 160)

    def show_sides(self, sides: tuple[Side, Side] | None) -> None:
        """Another window; None where it does not fit."""
        self._sides = sides
        self.show_place(0)

    def show_place(self, index: int) -> None:
        """The window that makes this output pixel."""
        if self._sides is not None:
            self._at = divmod(index, self._sides[1].length)
            self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """Which input pixels make the output pixel that is shown."""
        if self._sides is None:
            return ""
        (top, bottom), (left, right) = (self._reach(axis) for axis in (0, 1))
        words = self.tr("Output ({row}, {column}) from rows {top} to {bottom}, columns {left} to {right}")
        return words.format(
            row=self._at[0], column=self._at[1], top=top, bottom=bottom, left=left, right=right
        )

    def _reach(self, axis: int) -> tuple[int, int]:
        assert self._sides is not None
        covered = self._sides[axis].covered(self._at[axis])
        return (int(covered.min()), int(covered.max())) if len(covered) else (0, 0)

    def _span(self, side: Side) -> tuple[int, int]:
        """The first pixel that is drawn and the one after the last, padding among them."""
        if side.transposed:
            return 0, side.size
        last = int(side.covered(side.length - 1).max()) + 1
        return -side.padding, max(side.size + side.padding, last)

    def _places(self) -> tuple[float, QPointF, QPointF]:
        """The side of a cell, and where input and output begin: pixel (0, 0) of each."""
        assert self._sides is not None
        rows, columns = (self._span(side) for side in self._sides)
        wide = columns[1] - columns[0] + self._sides[1].length
        high = max(rows[1] - rows[0], self._sides[0].length)
        cell = min(
            _LARGEST_CELL, (self.width() - _GAP - 4) / wide, (self.height() - theme.grown(_HEAD) - 4) / high
        )
        top = theme.grown(_HEAD) + 2
        first = QPointF(2 - columns[0] * cell, top - rows[0] * cell)
        return cell, first, QPointF(2 + (columns[1] - columns[0]) * cell + _GAP, float(top))

    def _hit(self, place: QPointF) -> int | None:
        if self._sides is None:
            return None
        cell, _, start = self._places()
        column, row = ((place - start) / cell).toTuple()
        inside = 0 <= row < self._sides[0].length and 0 <= column < self._sides[1].length
        return int(row) * self._sides[1].length + int(column) if inside else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if (index := self._hit(event.position())) is not None:
            self.chosen.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (index := self._hit(event.position())) is not None:
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._sides is None or (key := Qt.Key(event.key())) not in ARROWS:
            super().keyPressEvent(event)
            return
        row, column = (
            max(0, min(at + step, side.length - 1))
            for at, step, side in zip(self._at, ARROWS[key], self._sides, strict=True)
        )
        self.chosen.emit(row * self._sides[1].length + column)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._sides is None:
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        cell, first, second = self._places()
        rows, columns = self._sides
        (top, bottom), (left, right) = (self._span(side) for side in self._sides)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        heads = (
            (left * cell + first.x(), self.tr("input {rows}×{columns}"), rows.size, columns.size),
            (second.x(), self.tr("output {rows}×{columns}"), rows.length, columns.length),
        )
        for x, words, high, wide in heads:
            shown = words.format(rows=high, columns=wide)
            painter.drawText(QPointF(x, theme.grown(_HEAD) - 8.0), shown)
        covered = set(rows.covered(self._at[0]).tolist()), set(columns.covered(self._at[1]).tolist())
        hatch = QBrush(QColor(shade.border), Qt.BrushStyle.BDiagPattern)
        for row in range(top, bottom):
            for column in range(left, right):
                box = QRectF(first.x() + column * cell, first.y() + row * cell, cell, cell)
                inside = 0 <= row < rows.size and 0 <= column < columns.size
                painter.fillRect(box, QColor(shade.card) if inside else hatch)
                if row in covered[0] and column in covered[1]:
                    color = QColor(shade.accent)
                    color.setAlphaF(0.55 if inside else 0.25)
                    painter.fillRect(box, color)
                painter.setPen(QPen(QColor(shade.border), 1))
                painter.drawRect(box)
        self._paint_output(painter, shade, cell, second)
        if not rows.transposed:
            self._paint_window(painter, shade, cell, first)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_output(self, painter: QPainter, shade: theme.Colors, cell: float, start: QPointF) -> None:
        assert self._sides is not None
        rows, columns = self._sides
        for row in range(rows.length):
            for column in range(columns.length):
                box = QRectF(start.x() + column * cell, start.y() + row * cell, cell, cell)
                current = (row, column) == self._at
                painter.fillRect(box, QColor(shade.pos if current else shade.card))
                painter.setPen(QPen(QColor(shade.border), 1))
                painter.drawRect(box)

    def _paint_window(self, painter: QPainter, shade: theme.Colors, cell: float, start: QPointF) -> None:
        (top, bottom), (left, right) = (self._reach(axis) for axis in (0, 1))
        frame = QRectF(
            start.x() + left * cell,
            start.y() + top * cell,
            (right - left + 1) * cell,
            (bottom - top + 1) * cell,
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(shade.accent), 2))
        painter.drawRect(frame)
