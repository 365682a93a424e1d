"""One picture, large, with a frame around the pixel that is meant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.controls.arrows import ARROWS
from widgets.data.tiles import paint_picture, place_for, thinned
from widgets.look import theme
from widgets.panels.sample_strip import to_image

SIDE = 132
_MOST_PIXELS = 1024


class PictureView(QAbstractButton):
    """Asks which pixel is meant: pointed at, clicked, or walked to by the arrow keys.

    A button, because screen readers then read its name, which says the pixel and its numbers.
    """

    pointed = Signal(int, int)
    """Row and column of the pixel, counted from 0."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = caption
        self._image: QImage | None = None
        self._size = (1, 1)
        self._pixel: tuple[int, int] | None = None
        self.setAccessibleName(caption)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE + theme.grown(18))

    def show_caption(self, caption: str) -> None:
        """Says what the picture is."""
        self._caption = caption
        self.setAccessibleName(caption)
        self.update()

    def show_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """Shows height×width×channels with one or three channels; None for no picture."""
        self._image = None if picture is None else to_image(thinned(picture, _MOST_PIXELS))
        self._size = (1, 1) if picture is None else (picture.shape[0], picture.shape[1])
        self.update()

    def show_pixel(self, pixel: tuple[int, int] | None, words: str = "") -> None:
        """Frames a pixel; the words are for screen readers."""
        self._pixel = pixel
        self.setAccessibleName(f"{self._caption}: {words}" if words else self._caption)
        self.update()

    def pixel(self) -> tuple[int, int] | None:
        """Row and column of the framed pixel."""
        return self._pixel

    def place(self) -> QRectF:
        """Where the picture is painted."""
        room = QRectF(0, theme.grown(18), self.width(), self.height() - theme.grown(18)).adjusted(
            2, 2, -2, -2
        )
        return room if self._image is None else place_for(self._image, room)

    def cell(self, row: int, column: int) -> QRectF:
        """Where a pixel is painted."""
        whole, (height, width) = self.place(), self._size
        return QRectF(
            whole.left() + whole.width() * column / width,
            whole.top() + whole.height() * row / height,
            whole.width() / width,
            whole.height() / height,
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._point(event.position())

    def _point(self, at: QPointF) -> None:
        whole, (height, width) = self.place(), self._size
        if self._image is None or not whole.contains(at):
            return
        row = int((at.y() - whole.top()) / whole.height() * height)
        column = int((at.x() - whole.left()) / whole.width() * width)
        self._tell(row, column)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._image is None:
            super().keyPressEvent(event)
            return
        row, column = self._pixel or (0, 0)
        self._tell(row + step[0], column + step[1])

    def _tell(self, row: int, column: int) -> None:
        height, width = self._size
        pixel = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
        if pixel != self._pixel:
            self.pointed.emit(*pixel)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        head = QRectF(2, 0, self.width() - 2, theme.grown(18))
        words = painter.fontMetrics().elidedText(
            self._caption, Qt.TextElideMode.ElideRight, int(head.width())
        )
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), words)
        whole = self.place()
        if self._image is None:
            painter.setPen(QColor(shade.hair))
            painter.setBrush(QColor(shade.sunken))
            painter.drawRoundedRect(whole, 4, 4)
        else:
            paint_picture(painter, self._image, whole, self.devicePixelRatioF())
        if self._pixel is not None and self._image is not None:
            # never smaller than what can be seen
            cell = self.cell(*self._pixel)
            grown = max(0.0, (5 - min(cell.width(), cell.height())) / 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.pos), 2))
            painter.drawRect(cell.adjusted(-grown, -grown, grown, grown))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.accent), 2))
            painter.drawRoundedRect(whole.adjusted(-1, -1, 1, 1), 4, 4)
        painter.end()
