"""How numbers look in an explanation: as colours, as figures in cells, and as bars on a common axis."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from networks.explanations.words.figures import short
from widgets.curves.ticks import linear
from widgets.look import theme
from widgets.look.color_scale import painted
from widgets.look.fitting import fitted

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
_PALE = 0.42
Box = tuple[int, int, int, int]
"""Top, left, bottom and right in cells, the last two beyond."""


def tr(text: str) -> str:
    """The text in the user's language."""
    return QCoreApplication.translate("Explanation", text)


class Ink:
    """Colours and typefaces of one theme, for the window and for saved pictures alike."""

    def __init__(self, shade: theme.Colors, *, back: bool = False) -> None:
        """With `back`, what is current has the colour of all that flows backwards."""
        if back:
            shade = msgspec.structs.replace(shade, accent=shade.back, accent_soft=shade.back_soft)
        self.shade = shade
        self.text, self.dim = QColor(shade.text), QColor(shade.text_dim)
        self.words = theme.font(theme.DENSE)
        self.strong = theme.font(theme.DENSE, bold=True)
        self.small = theme.font(theme.SMALL)
        self.figures = theme.font(theme.DENSE, mono=True)
        self.figures_strong = theme.font(theme.DENSE, mono=True, bold=True)
        self.small_figures = theme.font(theme.SMALL, mono=True)
        self.small_strong = theme.font(theme.SMALL, mono=True, bold=True)
        self.large_figures = theme.font(17, mono=True)

    def sign(self, number: float) -> QColor:
        """The colour of a number's figures, by its sign."""
        if number == 0 or not np.isfinite(number):
            return self.text
        return QColor(self.shade.pos_text if number > 0 else self.shade.neg_text)

    def bar(self, number: float) -> QColor:
        """The colour of a number's bar."""
        return QColor(self.shade.pos if number > 0 else self.shade.neg)


def g(length: float) -> float:
    """A length in pixels that grows with the user's text."""
    return float(theme.grown(length))


def width_of(text: str, font: QFont) -> float:
    """How wide a text is in this typeface."""
    return QFontMetricsF(font).horizontalAdvance(text)


def write(
    painter: QPainter,
    place: QRectF,
    text: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """Writes a line, which ends in “…” where it has no room."""
    painter.setFont(font)
    painter.setPen(color)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width() + 1)
    painter.drawText(place, int(align), shown)


def bound_of(*arrays: NDArray[np.floating]) -> float:
    """The size for which the strongest colour stands: that of the number furthest from zero."""
    found = 0.0
    for array in arrays:
        finite = array[np.isfinite(array)]
        found = max(found, float(np.abs(finite).max())) if finite.size else found
    return found or 1.0


def image_of(values: NDArray[np.floating], bound: float, ink: Ink) -> QImage:
    """The colours of numbers, height×width; what is no finite number has the colour of an error."""
    numbers = values.astype(np.float32)
    finite = np.isfinite(numbers)
    colors = painted(np.where(finite, numbers, 0), -bound, bound, "signed", dark=ink.shade.dark)
    if not finite.all():
        colors = np.where(finite, colors, np.uint32(QColor(ink.shade.error).rgb()))
    colors = np.ascontiguousarray(colors.astype(np.uint32))
    height, width = colors.shape
    return QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def paint_image(
    painter: QPainter,
    place: QRectF,
    image: QImage,
    ink: Ink,
    box: Box | None = None,
    color: str = "",
    size: tuple[int, int] | None = None,
) -> QRectF:
    """Paints an image with a frame around some of its cells; returns where it lies.

    `size` has the rows and columns of the cells where the image has fewer pixels.
    """
    where = fitted(place, image.height(), image.width())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(where, image)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(ink.shade.border), 1))
    painter.drawRoundedRect(where.adjusted(-0.5, -0.5, 0.5, 0.5), 2, 2)
    if box is not None:
        paint_box(
            painter, where, box, size or (image.height(), image.width()), QColor(color or ink.shade.text)
        )
    return where


def paint_veil(painter: QPainter, place: QRectF, pale: NDArray[np.bool_], ink: Ink) -> None:
    """Lets some cells of an image step back, height×width."""
    color = QColor(ink.shade.panel)
    color.setAlphaF(0.82)
    veil = np.where(pale, np.uint32(color.rgba()), np.uint32(0))
    height, width = pale.shape
    image = QImage(np.ascontiguousarray(veil).data, width, height, 4 * width, QImage.Format.Format_ARGB32)
    painter.drawImage(place, image)


def box_within(place: QRectF, box: Box, size: tuple[int, int]) -> QRectF:
    """Where cells lie in an image of this many rows and columns; at least a few pixels, to be seen."""
    row, column = place.height() / size[0], place.width() / size[1]
    top, left, bottom, right = box
    found = QRectF(
        place.left() + left * column,
        place.top() + top * row,
        (right - left) * column,
        (bottom - top) * row,
    )
    least = 4.0
    if found.width() < least:
        found.adjust((found.width() - least) / 2, 0, (least - found.width()) / 2, 0)
    if found.height() < least:
        found.adjust(0, (found.height() - least) / 2, 0, (least - found.height()) / 2)
    return found


def paint_box(painter: QPainter, place: QRectF, box: Box, size: tuple[int, int], color: QColor) -> None:
    """A frame around some cells of an image."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 1.6))
    painter.drawRect(box_within(place, box, size))


def paint_seen(
    painter: QPainter,
    place: QRectF,
    box: Box,
    gaps: NDArray[np.bool_] | None,
    size: tuple[int, int],
    pen: QPen,
) -> None:
    """A frame around what is seen of an image: around all of a box, or where it has gaps around each part."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    if gaps is None:
        painter.drawRect(box_within(place, box, size))
        return
    row, column = place.height() / size[0], place.width() / size[1]
    left, top = place.left() + box[1] * column, place.top() + box[0] * row
    inside = np.pad(gaps, 1)
    # an edge lies where a pixel that is seen meets one that is not
    level, upright = inside[1:, 1:-1] != inside[:-1, 1:-1], inside[1:-1, 1:] != inside[1:-1, :-1]
    lines = [
        QLineF(left + x * column, top + y * row, left + (x + 1) * column, top + y * row)
        for y, x in np.argwhere(level).tolist()
    ]
    lines += [
        QLineF(left + x * column, top + y * row, left + x * column, top + (y + 1) * row)
        for y, x in np.argwhere(upright).tolist()
    ]
    painter.drawLines(lines)


@lru_cache(maxsize=4096)
def _on(color: int) -> QColor:
    """Dark or light words, whichever can be read on this colour."""
    ground = QColor(color)
    return max((QColor("#1a1f29"), QColor("#ffffff")), key=lambda words: theme.contrast(words, ground))


def cell_figure(number: float) -> str:
    """A figure that is short enough for a cell: `5.34`, `−0.06`, `0`, `128`."""
    size = abs(number)
    if not np.isfinite(number):
        return f"{number:g}"
    text = (
        "0"
        if number == 0
        else f"{number:.2f}"
        if size < 10
        else f"{number:.1f}"
        if size < 100
        else f"{number:.0f}"
    )
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def cell_of(point: QPointF, place: QRectF, rows: int, columns: int) -> int:
    """The index of the cell at a point within a grid."""
    i = min(int((point.y() - place.top()) / place.height() * rows), rows - 1)
    return i * columns + min(int((point.x() - place.left()) / place.width() * columns), columns - 1)


def paint_cells(
    painter: QPainter,
    place: QRectF,
    values: NDArray[np.floating],
    bound: float,
    ink: Ink,
    *,
    marked: tuple[int, int] | None = None,
    outside: NDArray[np.bool_] | None = None,
    pale: NDArray[np.bool_] | None = None,
) -> None:
    """Numbers, rows×columns, as coloured cells, with their figures where these have room.

    Padding is hatched. `marked` has a frame; `pale` ones stand back.
    """
    rows, columns = values.shape
    high, wide = place.height() / rows, place.width() / columns
    image = image_of(values, bound, ink)
    legible = wide >= g(27) and high >= g(16)
    short = wide < g(34)
    for i in range(rows):
        for j in range(columns):
            cell = QRectF(place.left() + j * wide, place.top() + i * high, wide, high).adjusted(
                0.5, 0.5, -0.5, -0.5
            )
            color = QColor(image.pixel(j, i))
            if pale is not None and pale[i, j]:
                color = theme.mixed(color, QColor(ink.shade.panel), 1 - _PALE)
            painter.fillRect(cell, color)
            if outside is not None and outside[i, j]:
                painter.fillRect(cell, QBrush(QColor(ink.shade.border), Qt.BrushStyle.BDiagPattern))
            if legible:
                strong = marked == (i, j)
                font = ink.small_strong if strong else ink.small_figures
                shown = cell_figure(float(values[i, j]))
                shown = shown.replace("0.", ".", 1) if short and abs(values[i, j]) < 1 else shown
                write(painter, cell, shown, font, _on(color.rgb()), CENTRE)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(ink.shade.hair), 1))
    painter.drawRect(place)
    if marked is not None:
        i, j = marked
        painter.setPen(QPen(ink.text, 2))
        painter.drawRect(
            QRectF(place.left() + j * wide, place.top() + i * high, wide, high).adjusted(1, 1, -1, -1)
        )


class Axis:
    """An axis from left to right on which bars lie."""

    def __init__(self, low: float, high: float, left: float, right: float) -> None:
        low, high = (0.0, 1.0) if not np.isfinite([low, high]).all() else (min(0.0, low), max(0.0, high))
        if low == high:
            high = low + 1.0
        self.low, self.high, self.left, self.right = low, high, left, right

    def x(self, number: float) -> float:
        """Where a number lies."""
        if not np.isfinite(number):
            return self.right
        return self.left + (number - self.low) / (self.high - self.low) * (self.right - self.left)

    def paint(self, painter: QPainter, top: float, bottom: float, ink: Ink, title: str) -> None:
        """Lines for round numbers, with these above."""
        for number in linear(self.low, self.high, max(2, int((self.right - self.left) // g(44)))):
            x = self.x(number)
            painter.setPen(QPen(QColor(ink.shade.border_strong if number == 0 else ink.shade.grid), 1))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
            words = QRectF(x - g(30), top - g(18), g(60), g(16))
            write(painter, words, short(number), ink.small_figures, ink.dim, CENTRE)
        write(painter, QRectF(self.left - g(20), top - g(33), g(160), g(16)), title, ink.small, ink.dim)

    def bar(
        self,
        painter: QPainter,
        start: float,
        end: float,
        middle: float,
        ink: Ink,
        *,
        pale: bool,
        gone: bool = False,
    ) -> None:
        """A bar from one running total to the next."""
        color = ink.bar(end - start)
        if pale:
            color = theme.mixed(color, QColor(ink.shade.panel), 1 - _PALE)
        left, right = sorted((self.x(start), self.x(end)))
        place = QRectF(left, middle - g(8), max(1.5, right - left), g(16))
        if gone:
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
        painter.drawRoundedRect(place, 2, 2)

    def link(self, painter: QPainter, number: float, top: float, bottom: float, ink: Ink) -> None:
        """The dotted line along which a running total goes on to the next row."""
        if np.isfinite(number):
            painter.setPen(QPen(QColor(ink.shade.border_strong), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(self.x(number), top), QPointF(self.x(number), bottom))
