"""The picture with its heat map: pointer and arrow keys read out numbers, or move a patch over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.xray.heat import HeatMap
from widgets.controls.arrows import ARROWS
from widgets.controls.screen_reader import tell
from widgets.inside.heat.overlay import Blend, grey_of, image_from, overlaid
from widgets.look import theme
from widgets.look.fitting import fitted

SIDE, LEAST = 380, 180
_FAR = 8
"""How many pixels further the cursor goes with Shift."""


class HeatPicture(QWidget):
    """Shows the probe with a heat map over it. With a patch in hand, it is moved; otherwise a cursor."""

    pointed = Signal(object)
    """Row and column of the pixel that is read out."""
    patch_moved = Signal(int, int)
    """The patch covers the picture from this row and column on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Picture with its heat map"))
        self._pixels: NDArray[np.uint8] | None = None
        self._map: HeatMap | None = None
        self._look = Blend()
        self._image: QImage | None = None
        self._dark = False
        self.cursor_at = (0, 0)
        self._hovered: tuple[int, int] | None = None
        self.side = 0
        """Of the patch in hand, in pixels; 0 where there is none."""
        self.patch: tuple[int, int] | None = None
        """Where the patch lies."""
        self._shade = 0.0
        """How light the patch is, from 0 to 1."""

    # what is shown

    def show_picture(self, pixels: NDArray[np.uint8]) -> None:
        """Shows this picture, height×width×channels, without a map."""
        if self._pixels is None or self._pixels.shape != pixels.shape:
            self.cursor_at, self._hovered, self.patch = (
                (pixels.shape[0] // 2, pixels.shape[1] // 2),
                None,
                None,
            )
        self._pixels, self._map, self._image = pixels, None, None
        self.updateGeometry()
        self.update()

    def show_map(self, found: HeatMap | None) -> None:
        """Lays a map over the picture, or none."""
        self._map, self._image = found, None
        self.update()

    def show_look(self, look: Blend) -> None:
        """Shows the map in another way."""
        self._look, self._image = look, None
        self.update()

    def show_hand(self, side: int, shade: float) -> None:
        """Picks up a patch with this many pixels on a side, or puts it away where that is 0."""
        self._shade = shade
        if side != self.side:
            self.side = side
            self.patch = None
        self.setCursor(Qt.CursorShape.PointingHandCursor if side else Qt.CursorShape.CrossCursor)
        self.update()

    def tell(self, words: str) -> None:
        """Says what is read out, for screen readers."""
        tell(self, words)

    @property
    def read_at(self) -> tuple[int, int]:
        """The pixel that is read out: under the pointer, or else under the cursor."""
        return self._hovered or self.cursor_at

    def strongest(self) -> tuple[int, int] | None:
        """The pixel with the largest number; None without a map."""
        if self._map is None:
            return None
        row, column = np.unravel_index(int(np.nan_to_num(self._map.values).argmax()), self._map.values.shape)
        return int(row), int(column)

    def go(self, row: int, column: int) -> None:
        """Brings the cursor, and the patch in hand, to a pixel."""
        if self._pixels is None:
            return
        height, width = self._pixels.shape[:2]
        self.cursor_at = max(0, min(height - 1, row)), max(0, min(width - 1, column))
        self._hovered = None
        if self.side:
            self._put(*self.cursor_at)
        self.update()
        self.pointed.emit(self.cursor_at)

    def _put(self, row: int, column: int) -> None:
        """Lays the patch so that this pixel is in its middle."""
        assert self._pixels is not None
        height, width = self._pixels.shape[:2]
        top = max(0, min(height - self.side, row - self.side // 2))
        left = max(0, min(width - self.side, column - self.side // 2))
        if (top, left) != self.patch:
            self.patch = top, left
            self.patch_moved.emit(top, left)

    # where things are

    def place(self) -> QRectF:
        """Where the picture lies."""
        room = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        if self._pixels is None:
            return room
        return fitted(room, *self._pixels.shape[:2])

    def _at(self, point: QPointF, *, near: bool = False) -> tuple[int, int] | None:
        if self._pixels is None:
            return None
        place, (height, width) = self.place(), self._pixels.shape[:2]
        if not near and not place.contains(point):
            return None
        row = int((point.y() - place.top()) / place.height() * height)
        column = int((point.x() - place.left()) / place.width() * width)
        return max(0, min(height - 1, row)), max(0, min(width - 1, column))

    def set_room(self, room: int) -> None:
        """Makes the picture as large as this room, within bounds."""
        side = max(theme.grown(LEAST), min(theme.grown(SIDE), room))
        if side != self.height():
            self.setFixedHeight(side)

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(SIDE), theme.grown(SIDE))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(LEAST), theme.grown(LEAST))

    # keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._pixels is None or (key not in ARROWS and key != Qt.Key.Key_Home):
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Home:
            if (strongest := self.strongest()) is not None:
                self.go(*strongest)
            return
        far = _FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        (down, right), (row, column) = ARROWS[key], self.cursor_at
        self.go(row + far * down, column + far * right)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self.go(*found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        held = bool(event.buttons() & Qt.MouseButton.LeftButton)
        found = self._at(event.position(), near=held)
        if held and found is not None:
            self.go(*found)
        elif found != self._hovered:
            self._hovered = found
            self.update()
            self.pointed.emit(self.read_at)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._hovered is not None:
            self._hovered = None
            self.update()
            self.pointed.emit(self.read_at)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pixels is None:
            return
        painter = QPainter(self)
        self.paint(painter, self.place(), theme.colors(self))
        painter.end()

    def paint(self, painter: QPainter, place: QRectF, shade: theme.Colors, *, bare: bool = False) -> None:
        """Paints the picture into a place; `bare` leaves out the cursor."""
        assert self._pixels is not None
        if self._image is None or shade.dark != self._dark:
            self._dark = shade.dark
            values, bound = (None, 0.0) if self._map is None else (self._map.values, self._map.bound)
            self._image = image_from(overlaid(self._pixels, values, bound, self._look, dark=shade.dark))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._image.width() > place.width())
        painter.drawImage(place, self._image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        strong = self.hasFocus() and not bare
        painter.setPen(QPen(QColor(shade.accent if strong else shade.border), 2 if strong else 1))
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self.side and self.patch is not None:
            box = self._box(place, *self.patch, self.side)
            level = round(255 * self._shade)
            painter.fillRect(box, QColor(level, level, level))
            painter.setPen(QPen(QColor(shade.accent), 2))
            painter.drawRect(box)
        elif not bare:
            self._paint_cursor(painter, place)

    def _paint_cursor(self, painter: QPainter, place: QRectF) -> None:
        assert self._pixels is not None
        row, column = self.read_at
        box = self._box(place, row, column, 1)
        if box.width() < 5:
            middle = box.center()
            box = QRectF(0, 0, 5, 5)
            box.moveCenter(middle)
        light = grey_of(self._pixels)[row, column] > 127
        # light and dark, so that it is seen on any picture
        painter.setPen(QPen(QColor("#ffffff"), 3))
        painter.drawRect(box)
        painter.setPen(QPen(QColor("#10141a"), 1.5 if light else 1))
        painter.drawRect(box)

    def _box(self, place: QRectF, top: int, left: int, side: int) -> QRectF:
        assert self._pixels is not None
        high, wide = place.height() / self._pixels.shape[0], place.width() / self._pixels.shape[1]
        return QRectF(place.left() + left * wide, place.top() + top * high, side * wide, side * high)
