"""A strip of images of a data set, one of each class, with the class below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme

_TILE, _GAP, _LABEL = 40, 6, 16


class SampleStrip(QWidget):
    """Wraps into as many rows as its width needs."""

    def __init__(self, tile: int = _TILE, parent: QWidget | None = None) -> None:
        """`tile` is the side of an image, in device-independent pixels."""
        super().__init__(parent)
        self._tile = tile
        self._samples: tuple[tuple[QImage, str], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_samples(
        self, images: Sequence[NDArray[np.uint8]], labels: Sequence[str], spoken: str = ""
    ) -> None:
        """Shows images, height×width×channels with one or three channels, over their labels.

        `spoken` says to screen readers what they are, where they are not one of each class.
        """
        self._samples = tuple((to_image(image), label) for image, label in zip(images, labels, strict=True))
        words = self.tr("One image of each class: {labels}").format(labels=", ".join(labels))
        self.setAccessibleName(spoken or words)
        self.updateGeometry()
        self.update()

    def set_tile(self, tile: int) -> None:
        """Gives images another side."""
        if tile != self._tile:
            self._tile = tile
            self.updateGeometry()
            self.update()

    def labels(self) -> tuple[str, ...]:
        """The labels as they stand there."""
        return tuple(label for _, label in self._samples)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self._samples) // self._columns(width)) if self._samples else 0
        return rows * (self._tile + theme.grown(_LABEL) + _GAP)

    def sizeHint(self) -> QSize:
        return QSize(236, self.heightForWidth(236))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._tile, self._tile + theme.grown(_LABEL))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(theme.font(theme.SMALL))
        for place, (image, label) in zip(self._places(), self._samples, strict=True):
            outline = QPainterPath()
            outline.addRoundedRect(place, 3, 3)
            painter.save()
            painter.setClipPath(outline)
            painter.drawImage(place, image)
            painter.restore()
            painter.setPen(QColor(shade.border))
            painter.drawPath(outline)
            painter.setPen(QColor(shade.text_dim))
            below = QRectF(place.left() - _GAP / 2, place.bottom(), self._tile + _GAP, theme.grown(_LABEL))
            words = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, self._tile + _GAP)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()

    def _columns(self, width: int) -> int:
        most = max(1, (width + _GAP) // (self._tile + _GAP))
        rows = -(-max(1, len(self._samples)) // most)
        return -(-max(1, len(self._samples)) // rows)  # rows of equal length

    def _places(self) -> list[QRectF]:
        columns = self._columns(self.width())
        step = (self.width() - self._tile) / (columns - 1) if columns > 1 else 0.0
        step = min(step, self._tile + 2.5 * _GAP)
        return [
            QRectF(
                (index % columns) * step,
                (index // columns) * (self._tile + theme.grown(_LABEL) + _GAP),
                self._tile,
                self._tile,
            )
            for index in range(len(self._samples))
        ]


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """An image with its own pixels from height×width×channels; one channel is grey, three are RGB."""
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    # a QImage over numpy's memory could outlive it; the copy owns its pixels
    return QImage(np.ascontiguousarray(pixels).tobytes(), width, height, width * channels, kind).copy()
