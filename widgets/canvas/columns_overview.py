"""A very tall network at a glance: column by column over the canvas, until one goes to a place in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from widgets.canvas.camera import Camera
from widgets.canvas.placement.columns import Columns, in_columns
from widgets.canvas.scene import CanvasScene
from widgets.look import theme

LEGIBLE = 0.12
"""Zoom below which a network that is shown whole is a hairline."""
MARGIN = 20
"""Around all columns, in pixels."""


class ColumnsOverview(QWidget):
    """Covers its parent, the viewport of the canvas, until the camera moves."""

    covered = Signal(bool)
    """Whether it covers the canvas now."""

    def __init__(self, parent: QWidget, scene: CanvasScene, camera: Camera) -> None:
        super().__init__(parent)
        self._scene, self._camera = scene, camera
        self.setObjectName("columns_overview")
        self.setAccessibleName(self.tr("The whole network in columns"))
        self.setToolTip(self.tr("Click to go there"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        camera.moved.connect(self.hide)
        self.hide()

    @Slot()
    def fit(self) -> None:
        """Fits the network into the view: a very tall one in columns, or no longer so if it was."""
        if self.isVisible():
            self.hide()
        elif self._camera.fitting() < LEGIBLE:
            self._show()
        else:
            self._camera.fit()

    def columns(self) -> Columns:
        """How the network is cut into columns now."""
        room = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN - theme.grown(28))
        return in_columns(self._scene.layout_of_network, room.width(), room.height())

    def _show(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        columns = self.columns()
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(shade.window))
        left, _, right, _ = columns.bounds
        for index, x in enumerate(columns.lefts):
            top, bottom = columns.cuts[index], columns.cuts[index + 1]
            painter.save()
            painter.translate(MARGIN + x, MARGIN + columns.top)
            painter.scale(columns.scale, columns.scale)
            painter.translate(-left, -top)
            painter.setClipRect(QRectF(left, top, right - left, bottom - top))
            self._scene.paint_from_afar(painter)
            painter.restore()
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        foot = self.rect().adjusted(MARGIN, self.height() - MARGIN - theme.grown(20), -MARGIN, -MARGIN // 2)
        words = self.tr("The whole network, column by column. Click a place to go there; F or Esc closes.")
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.covered.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.covered.emit(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            place = event.position()
            there = self.columns().to_layout(place.x() - MARGIN, place.y() - MARGIN)
            self._camera.enter(QPointF(*there), place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
