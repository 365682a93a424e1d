"""A black square to draw on in white, with the mouse, a pen or the keys; takes pictures, too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.controls.picture_drop import let_in, take_dropped
from widgets.look import theme
from widgets.panels.sample_strip import to_image

SIDE = 224
"""Pixels of the drawing on each side: a multiple of 28, 32 and 8, the sides of common sets' pictures."""
_WIDTH, _RUBBER, _STEP = 20, 40, 8
_ARROWS = {
    Qt.Key.Key_Left: QPoint(-_STEP, 0),
    Qt.Key.Key_Right: QPoint(_STEP, 0),
    Qt.Key.Key_Up: QPoint(0, -_STEP),
    Qt.Key.Key_Down: QPoint(0, _STEP),
}


class DrawingPad(QWidget):
    """Tells that the drawing has changed, with every stroke and while it is drawn."""

    changed = Signal()
    file_dropped = Signal(str)
    """The path of a picture that is to be looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        self._image.fill(Qt.GlobalColor.black)
        self.empty = True
        """Whether nothing was drawn or shown yet."""
        self.erases = False
        self._last: QPointF | None = None
        self._cursor = QPoint(SIDE // 2, SIDE // 2)
        self._pen_down = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Drawing for the network"))
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(184, 184)

    def pixels(self) -> NDArray[np.uint8]:
        """The drawing: height×width×3."""
        image = self._image.convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, image.bytesPerLine())
        return rows[:, : 3 * SIDE].reshape(SIDE, SIDE, 3).copy()

    def show_pixels(self, pixels: NDArray[np.uint8]) -> None:
        """Shows a picture height×width×channels in place of the drawing; one can draw into it."""
        self.show_image(to_image(pixels))

    def show_image(self, image: QImage) -> None:
        """The same, of Qt's pictures."""
        large = max(image.width(), image.height()) > SIDE
        mode = (
            Qt.TransformationMode.SmoothTransformation if large else Qt.TransformationMode.FastTransformation
        )
        scaled = image.scaled(SIDE, SIDE, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        self._image = scaled.convertToFormat(QImage.Format.Format_RGB32)
        self._told(empty=False)

    def clear(self) -> None:
        """Makes it black again."""
        self._image.fill(Qt.GlobalColor.black)
        self._told(empty=True)

    def paste(self) -> bool:
        """Takes the picture on the clipboard; False where there is none."""
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            return False
        self.show_image(image)
        return True

    # drawing

    def stroke(self, start: QPointF, end: QPointF) -> None:
        """Draws a line, or erases one; places are in pixels of the drawing."""
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, width = (Qt.GlobalColor.black, _RUBBER) if self.erases else (Qt.GlobalColor.white, _WIDTH)
        pen = QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawLine(start, end if end != start else end + QPointF(0.1, 0))
        painter.end()
        self._told(empty=self.empty and self.erases)

    def _told(self, *, empty: bool) -> None:
        self.empty = empty
        self.update()
        self.changed.emit()

    def _inside(self, place: QPointF) -> QPointF:
        return QPointF(place.x() * SIDE / self.width(), place.y() * SIDE / self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._last = self._inside(event.position())
            self.stroke(self._last, self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            here = self._inside(event.position())
            self.stroke(self._last, here)
            self._last = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS:
            before = self._cursor
            after = before + _ARROWS[key]
            self._cursor = QPoint(min(max(after.x(), 0), SIDE - 1), min(max(after.y(), 0), SIDE - 1))
            if self._pen_down:
                self.stroke(QPointF(before), QPointF(self._cursor))
        elif key == Qt.Key.Key_Space:
            self._pen_down = not self._pen_down
            if self._pen_down:
                self.stroke(QPointF(self._cursor), QPointF(self._cursor))
        elif key == Qt.Key.Key_Delete:
            self.clear()
        elif not (event.matches(QKeySequence.StandardKey.Paste) and self.paste()):
            super().keyPressEvent(event)
            return
        self._tell()
        self.update()

    def _tell(self) -> None:
        where = self.tr("Pen at {x} % from the left, {y} % from the top, {state}.").format(
            x=round(100 * self._cursor.x() / SIDE),
            y=round(100 * self._cursor.y() / SIDE),
            state=self.tr("down") if self._pen_down else self.tr("up"),
        )
        self.setAccessibleDescription(where)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._pen_down = False
        self.update()

    # pictures from elsewhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        let_in(event)

    def dropEvent(self, event: QDropEvent) -> None:
        take_dropped(event, self.file_dropped.emit, self.show_image)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        place = QRectF(self.rect())
        painter.drawImage(place, self._image)
        if self.empty:
            painter.setFont(theme.font(theme.DENSE))
            painter.setPen(QColor("#a6afbc"))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.tr("draw here"))
        if self.hasFocus():
            painter.setPen(QPen(QColor(shade.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(1, 1, -1, -1))
            scale = self.width() / SIDE
            middle = QPointF(self._cursor) * scale
            painter.drawEllipse(middle, 4, 4)
        painter.end()
