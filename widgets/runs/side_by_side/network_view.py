"""A network to look at, not to edit, with a frame around each card that differs from another network's."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from networks.graph.check import Report
from networks.graph.network import Network
from networks.graph.presentation import Folding
from widgets.canvas.scene import CanvasScene
from widgets.look import theme

_ROOM = 24
"""Around the network, in scene units."""
_FRAME = 5
_NOTCH, _LEAST, _MOST = 1.15, 0.1, 2.0


class NetworkView(QGraphicsView):
    """Shows one network; the wheel zooms with Ctrl, and dragging moves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network_scene = CanvasScene(self)
        self.setScene(self._network_scene)
        self.setInteractive(False)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setMinimumSize(130, 200)
        self._zoomed = False
        """Whether the user has chosen a scale."""
        self.marked: frozenset[str] = frozenset()
        """The cards that differ."""
        self._network_scene.change_theme(self)

    def show_network(self, network: Network, report: Report, differing: Iterable[str]) -> None:
        """Shows a network, and marks the cards in which these layers lie."""
        folding = Folding(network, report)
        self._network_scene.show_network(folding, None)
        shown = (folding.visible(name) for name in differing)
        self.marked = frozenset(card for card in shown if card is not None)
        whole = self._network_scene.itemsBoundingRect().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)
        self.setSceneRect(whole)
        self._fit()

    def _fit(self) -> None:
        """Makes the network as wide as the view, unless it is narrower anyway."""
        room = self.width() - self.verticalScrollBar().sizeHint().width() - 2
        scale = max(_LEAST, min(1.0, room / max(1.0, self.sceneRect().width())))
        self.resetTransform()
        self.scale(scale, scale)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._zoomed:
            self._fit()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # type: ignore[override]
        painter.fillRect(rect, QColor(theme.colors(self).window))

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # type: ignore[override]
        shade = theme.colors(self)
        painter.setPen(QPen(QColor(shade.warn_mark), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for name in self.marked:
            place = self._network_scene.rect_of(name).adjusted(-_FRAME, -_FRAME, _FRAME, _FRAME)
            painter.drawRoundedRect(place, 9, 9)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        factor = _NOTCH if event.angleDelta().y() > 0 else 1 / _NOTCH
        if _LEAST <= self.transform().m11() * factor <= _MOST:
            self.scale(factor, factor)
            self._zoomed = True
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_network_scene"):
            self._network_scene.change_theme(self)
