"""The confusion matrix: what was taken for what. Only what is wrong is orange, and zero is a dot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from networks.runs.judgement.judgement import Whole
from widgets.controls.arrows import ARROWS
from widgets.controls.painted_area import PaintedArea
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import thousands
from widgets.results.results import Results, percent

_SMALLEST, _LARGEST = 5, 34
"""Sides of a cell, in pixels; between them cells are as large as the width allows."""
_LEGIBLE = 19
"""From this side on, cells have figures in them."""
_DOTTED = 9
"""From this side on, an empty cell has a dot."""
_BAD = 0.15
"""The share of a class that is orange in full where no mistake is more frequent."""
_LONGEST_NAME = 88
_MOST_HEIGHT = 470


class _Layout:
    """Where everything is, for a width; names stay where they are while the cells scroll."""

    def __init__(self, classes: int, longest: float, width: int) -> None:
        """`longest` is the width of the longest name."""
        self.name = min(longest, theme.grown(_LONGEST_NAME))
        self.title = theme.grown(16)
        self.left = self.title + self.name + 8
        room = (width - self.left - 4) / max(1, classes)
        self.cell = max(float(_SMALLEST), min(float(theme.grown(_LARGEST)), float(int(room))))
        self.upright = longest > self.cell - 2
        """Whether names above the columns are turned, because they are wider than a column."""
        self.head = self.title + (self.name + 6 if self.upright else theme.grown(18))
        self.every = max(1, int(np.ceil(theme.grown(16) / self.cell)))
        """Only every so many names have room."""


class Matrix(PaintedArea):
    """Shows the matrix, in counts or as shares of each row; a cell that is chosen tells its pictures."""

    chosen = Signal(int, int)
    """The right class and the answer of a cell that was clicked, or chosen by Return."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Confusion matrix: rows are the right classes, columns the answers"))
        self._results: Results | None = None
        self._cells: Whole = np.zeros((0, 0), np.int64)
        self._of: Whole = np.zeros((0, 1), np.int64)
        """How many pictures each row has."""
        self._worst = 1.0
        """The largest share of a row that is wrong."""
        self._longest = 0.0
        """The width of the longest name."""
        self.as_shares = False
        self.current = (0, 0)
        self.marked: tuple[int, int] | None = None
        """The cell whose pictures are shown."""

    def show_results(self, results: Results) -> None:
        """Shows this judgement; the current cell stays where it is."""
        self._results = results
        self._cells = results.judgement.matrix
        self._of = np.maximum(self._cells.sum(axis=1, keepdims=True), 1)
        wrong = self._cells.copy()
        np.fill_diagonal(wrong, 0)
        self._worst = float((wrong.max(axis=1, initial=0) / self._of[:, 0]).max(initial=0.0)) or 1.0
        metrics = QFontMetricsF(theme.font(theme.DENSE, bold=True))
        self._longest = max((metrics.horizontalAdvance(name) for name in results.names), default=0.0)
        last = len(self._cells) - 1
        self.current = (min(self.current[0], last), min(self.current[1], last))
        self.tell(self.words(*self.current))
        self.refit()

    def show_shares(self, shares: bool) -> None:
        """Writes shares of each row into the cells, in percent, or else counts."""
        self.as_shares = shares
        self.viewport().update()

    def mark(self, cell: tuple[int, int] | None) -> None:
        """Frames the cell whose pictures are shown."""
        self.marked = cell
        if cell is not None:
            self._go(*cell)
        self.viewport().update()

    def words(self, label: int, answer: int) -> str:
        """A cell in a sentence."""
        if self._results is None:
            return ""
        names, count = self._results.names, int(self._cells[label, answer])
        of = int(self._cells[label].sum())
        if label == answer:
            told = self.tr("{name} is right in {count} of {of}: {share}.")
        else:
            told = self.tr("{name} is taken for {answer} in {count} of {of}: {share}.")
        return told.format(
            name=names[label],
            answer=names[answer],
            count=thousands(count),
            of=thousands(of),
            share=percent(count / of) if of else "–",
        )

    # places

    def extent(self) -> QSize:
        layout, classes = self._layout(), len(self._cells)
        return QSize(
            int(layout.left + classes * layout.cell) + 2, int(layout.head + classes * layout.cell) + 2
        )

    def sizeHint(self) -> QSize:
        return QSize(360, min(self.whole_height(), theme.grown(_MOST_HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _layout(self) -> _Layout:
        # with or without a scroll bar the cells have one size
        width = self.width() - self.verticalScrollBar().sizeHint().width()
        return _Layout(len(self._cells), self._longest, width)

    def place(self, label: int, answer: int) -> QRectF:
        """The place of a cell in the whole content."""
        layout = self._layout()
        side = layout.cell
        return QRectF(layout.left + answer * side, layout.head + label * side, side, side)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """The cell at this place of the viewport."""
        layout, offset = self._layout(), self.offset()
        if place.x() < layout.left or place.y() < layout.head:
            return None
        answer = int((place.x() + offset.x() - layout.left) // layout.cell)
        label = int((place.y() + offset.y() - layout.head) // layout.cell)
        inside = 0 <= label < len(self._cells) and 0 <= answer < len(self._cells)
        return (label, answer) if inside else None

    # input

    def _go(self, label: int, answer: int) -> None:
        last = len(self._cells) - 1
        self.current = (min(max(label, 0), last), min(max(answer, 0), last))
        layout = self._layout()
        self.bring(self.place(*self.current), int(layout.head), int(layout.left))
        self.tell(self.words(*self.current))
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not len(self._cells):
            super().keyPressEvent(event)
        elif key in ARROWS:
            down, right = ARROWS[key]
            self._go(self.current[0] + down, self.current[1] + right)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(self.current[0], 0 if key == Qt.Key.Key_Home else len(self._cells))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(*self.current)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._go(*cell)
            self.chosen.emit(*cell)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(QPointF(event.pos()))
            words = "" if cell is None else self.words(*cell)
            QToolTip.showText(event.globalPos(), plain_hint(words), self.viewport())
            return True
        return super().viewportEvent(event)

    # painting

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        if self._results is None:
            return
        layout, offset = self._layout(), self.offset()
        side, seen = layout.cell, self.viewport().size()
        columns = self._span(offset.x(), seen.width() - layout.left, side)
        rows = self._span(offset.y(), seen.height() - layout.head, side)
        painter.save()
        painter.setClipRect(QRectF(layout.left - 1, layout.head - 1, seen.width(), seen.height()))
        painter.translate(layout.left - offset.x(), layout.head - offset.y())
        if side < _DOTTED:
            self._paint_blocks(painter, shade, rows, columns, side)
        else:
            self._paint_cells(painter, shade, rows, columns, side)
        self._paint_frames(painter, shade, side)
        painter.restore()
        self._paint_names(painter, shade, layout, rows, columns)

    def _span(self, offset: int, room: float, side: float) -> range:
        first = int(offset // side)
        return range(first, min(len(self._cells), int((offset + room) // side) + 1))

    def _colors(self, rows: range, columns: range, shade: theme.Colors) -> NDArray[np.uint8]:
        """RGB of the cells in these rows and columns."""
        part = slice(rows.start, rows.stop), slice(columns.start, columns.stop)
        right = np.arange(rows.start, rows.stop)[:, None] == np.arange(columns.start, columns.stop)
        return cell_colors(self._cells[part] / self._of[part[0]], right, self._worst, shade)

    def _paint_blocks(
        self, painter: QPainter, shade: theme.Colors, rows: range, columns: range, side: float
    ) -> None:
        """Cells that are too small for anything but their colour."""
        if not rows or not columns:
            return
        part = np.ascontiguousarray(self._colors(rows, columns, shade))
        image = QImage(part.tobytes(), len(columns), len(rows), 3 * len(columns), QImage.Format.Format_RGB888)
        place = QRectF(columns.start * side, rows.start * side, len(columns) * side, len(rows) * side)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, image)

    def _paint_cells(
        self, painter: QPainter, shade: theme.Colors, rows: range, columns: range, side: float
    ) -> None:
        painter.setFont(theme.font(theme.SMALL, mono=True))
        colors = self._colors(rows, columns, shade)
        for row in rows:
            for column in columns:
                place = QRectF(column * side, row * side, side, side)
                count = int(self._cells[row, column])
                if not count:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(QColor(shade.border_strong))
                    painter.drawEllipse(place.center(), 0.9, 0.9)
                    continue
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(*colors[row - rows.start, column - columns.start].tolist()))
                painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 4, 4)
                if side >= _LEGIBLE:
                    painter.setPen(QColor(shade.text))
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._figure(row, column))

    def _figure(self, row: int, column: int) -> str:
        if self.as_shares:
            share = 100 * float(self._cells[row, column] / self._of[row, 0])
            return f"{share:.0f}" if share >= 9.95 or share == 0 else f"{share:.1f}"
        count = int(self._cells[row, column])
        return (
            str(count) if count < 1000 else f"{count / 1000:.1f}k" if count < 10_000 else f"{count // 1000}k"
        )

    def _paint_frames(self, painter: QPainter, shade: theme.Colors, side: float) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for cell, color in (
            (self.current if self.hasFocus() else None, shade.accent),
            (self.marked, shade.text),
        ):
            if cell is not None:
                painter.setPen(QPen(QColor(color), 2))
                place = QRectF(cell[1] * side, cell[0] * side, side, side)
                painter.drawRoundedRect(place.adjusted(0, 0, 0, 0), 4, 4)

    def _paint_names(
        self, painter: QPainter, shade: theme.Colors, layout: _Layout, rows: range, columns: range
    ) -> None:
        assert self._results is not None
        names, offset, side = self._results.names, self.offset(), layout.cell
        seen = self.viewport().size()
        painter.setFont(theme.font(theme.DENSE, bold=True))
        painter.setPen(QColor(shade.text))
        metrics = painter.fontMetrics()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        elide = Qt.TextElideMode.ElideRight
        painter.save()
        painter.setClipRect(QRectF(0, layout.head, layout.left, seen.height()))
        for row in rows:
            if row % layout.every == 0:
                middle = (
                    max(layout.head + (row + 0.5) * side, layout.head + metrics.height() / 2) - offset.y()
                )
                place = QRectF(layout.title, middle - metrics.height() / 2, layout.name, metrics.height())
                painter.drawText(place, right, metrics.elidedText(names[row], elide, int(layout.name) + 1))
        painter.setClipRect(QRectF(layout.left, 0, seen.width(), layout.head))
        for column in columns:
            if column % layout.every and layout.upright:
                continue
            middle = layout.left + (column + 0.5) * side - offset.x()
            name = metrics.elidedText(names[column], elide, int(layout.name) + 1)
            if layout.upright:
                painter.save()
                painter.translate(middle, layout.head - 4)
                painter.rotate(-90)
                painter.drawText(
                    QRectF(0, -metrics.height() / 2, layout.name + 2, metrics.height()),
                    Qt.AlignmentFlag.AlignVCenter,
                    name,
                )
                painter.restore()
            else:
                place = QRectF(middle - side / 2, layout.title, side, layout.head - layout.title)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()
        self._paint_titles(painter, shade, layout)

    def _paint_titles(self, painter: QPainter, shade: theme.Colors, layout: _Layout) -> None:
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        whole = len(self._cells) * layout.cell
        width = min(whole, self.viewport().width() - layout.left)
        height = min(whole, self.viewport().height() - layout.head)
        across = QRectF(layout.left, 0, width, layout.title)
        painter.drawText(across, Qt.AlignmentFlag.AlignCenter, self.tr("the network says"))
        painter.save()
        painter.translate(0, layout.head + height)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, height, layout.title), Qt.AlignmentFlag.AlignCenter, self.tr("it is"))
        painter.restore()


def cell_colors(
    shares: NDArray[np.float64], right: NDArray[np.bool_], worst: float, shade: theme.Colors
) -> NDArray[np.uint8]:
    """RGB of cells: blue where they are right, orange where they are wrong, by their share of the row.

    The `worst` mistake is the most orange, but a few per cent are pale; any share at all is seen.
    """
    ground, blue, orange = (_rgb(color) for color in (shade.panel, shade.accent, shade.pos))
    strength = np.where(right, 0.15 + 0.5 * shares, 0.26 + 0.44 * shares / max(worst, _BAD))
    strength = np.where(shares > 0, strength, 0.0)[..., None]
    full = np.where(right[..., None], blue, orange)
    found: NDArray[np.uint8] = (ground + strength * (full - ground)).round().astype(np.uint8)
    return found


def _rgb(color: str) -> NDArray[np.float64]:
    shown = QColor(color)
    return np.array([shown.red(), shown.green(), shown.blue()], np.float64)
