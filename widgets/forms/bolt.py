"""The sign beside a field that also changes the run that goes on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.icon import paint_icon

_SIZE = 12


class Bolt(QWidget):
    """A small flash of lightning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bolt")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Also changes the run in progress, from its next step on."))
        self.setAccessibleName(self.tr("Steers the run in progress"))

    def sizeHint(self) -> QSize:
        return QSize(_SIZE, _SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, "bolt", QRectF(0, 0, _SIZE, _SIZE), QColor(theme.colors(self).warning))
        painter.end()
