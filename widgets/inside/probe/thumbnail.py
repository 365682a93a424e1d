"""The probe as a small picture; pictures can be dropped on it and pasted into it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.controls.picture_drop import let_in, take_dropped
from widgets.look import theme
from widgets.panels.sample_strip import to_image

_SIDE = 40
_LARGEST = 512
"""Pixels on a side of a picture that is dropped or pasted; larger ones are made smaller."""


class Thumbnail(QWidget):
    """Shows one picture. With the focus, the usual key pastes another."""

    given = Signal(object)
    """Pixels height×width×3 of a picture that was dropped or pasted."""
    file_dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Probe picture"))
        self.setToolTip(self.tr("Drop a picture here, or paste one with Ctrl+V."))

    def show_pixels(self, pixels: NDArray[np.uint8] | None) -> None:
        """Shows a picture height×width×channels."""
        if pixels is not self._pixels:
            self._pixels, self._image = pixels, None if pixels is None else to_image(pixels)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(_SIDE), theme.grown(_SIDE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        image = QGuiApplication.clipboard().image()
        if event.matches(QKeySequence.StandardKey.Paste) and not image.isNull():
            self._give(image)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        let_in(event)

    def dropEvent(self, event: QDropEvent) -> None:
        take_dropped(event, self.file_dropped.emit, self._give)

    def _give(self, image: QImage) -> None:
        if max(image.width(), image.height()) > _LARGEST:
            image = image.scaled(
                _LARGEST,
                _LARGEST,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        image = image.convertToFormat(QImage.Format.Format_RGB888)
        height, width = image.height(), image.width()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
        self.given.emit(rows[:, : 3 * width].reshape(height, width, 3).copy())

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.fillRect(place, QColor(shade.sunken))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(place, self._image)
        painter.setPen(QPen(QColor(shade.accent if self.hasFocus() else shade.border), 1))
        painter.drawRect(place)
        painter.end()
