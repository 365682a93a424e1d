"""One image before augmentation, and what becomes of it in the first epochs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from widgets.look import theme
from widgets.look.icon import icon
from widgets.panels.sample_strip import to_image

_COLUMNS, _GAP, _LABEL = 5, 6, 16
_PER_ROW = _COLUMNS - 1


class DrawStrip(QWidget):
    """At the left the image as it is, beside it four epochs a row."""

    other_wished = Signal()
    """Another image is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: QImage | None = None
        self._after: tuple[QImage, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("One training image before augmentation and in eight epochs"))
        self.other = QToolButton(self)
        self.other.setObjectName("other_image")
        self.other.setIcon(icon("dice"))
        self.other.setToolTip(self.tr("Show another training image"))
        self.other.setAccessibleName(self.tr("Another image"))
        self.other.clicked.connect(self.other_wished)

    def show_images(self, before: NDArray[np.uint8] | None, after: Sequence[NDArray[np.uint8]]) -> None:
        """Shows images, height×width×channels with one or three channels; None where there is none yet."""
        self._before = None if before is None else to_image(before)
        self._after = tuple(to_image(image) for image in after)
        self.updateGeometry()
        self.update()

    def images(self) -> tuple[QImage | None, tuple[QImage, ...]]:
        """What is shown: before and after."""
        return self._before, self._after

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return 2 * (int(self._tile(width)) + _LABEL) + _GAP

    def sizeHint(self) -> QSize:
        return QSize(236, self.heightForWidth(236))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(120))

    def resizeEvent(self, event: QResizeEvent) -> None:
        place = self._place(_COLUMNS).toRect()
        size = self.other.sizeHint()
        self.other.setGeometry(
            place.center().x() - size.width() // 2,
            place.center().y() - size.height() // 2,
            size.width(),
            size.height(),
        )
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(theme.font(theme.SMALL))
        shown = [(0, self._before, self.tr("before"))]
        for epoch in range(1, 2 * _PER_ROW + 1):
            image = self._after[epoch - 1] if epoch <= len(self._after) else None
            cell = epoch if epoch <= _PER_ROW else epoch + 1
            shown.append((cell, image, self.tr("epoch {number}").format(number=epoch)))
        for cell, image, words in shown:
            place = self._place(cell)
            outline = QPainterPath()
            outline.addRoundedRect(place, 3, 3)
            painter.fillPath(outline, QColor(shade.sunken))
            if image is not None:
                painter.save()
                painter.setClipPath(outline)
                painter.drawImage(_fitted(place, image), image)
                painter.restore()
            painter.setPen(QColor(shade.border))
            painter.drawPath(outline)
            painter.setPen(QColor(shade.text_dim))
            below = QRectF(place.left() - _GAP / 2, place.bottom(), place.width() + _GAP, _LABEL)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()

    def _tile(self, width: int) -> float:
        return (width - (_COLUMNS - 1) * _GAP - 1) / _COLUMNS

    def _place(self, cell: int) -> QRectF:
        """Of the cells in two rows, numbered from 0; the first of the second row is the button's."""
        tile = self._tile(self.width())
        row, column = divmod(cell, _COLUMNS)
        return QRectF(
            0.5 + column * (tile + _GAP), 0.5 + row * (int(tile) + _LABEL + _GAP), tile, int(tile) - 1
        )


def _fitted(place: QRectF, image: QImage) -> QRectF:
    """The largest rectangle of the image's shape in the middle of this one."""
    scale = min(place.width() / image.width(), place.height() / image.height())
    found = QRectF(0, 0, image.width() * scale, image.height() * scale)
    found.moveCenter(place.center())
    return found
