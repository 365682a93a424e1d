"""What is shown only during a gesture: the wire being drawn, the place for a layer, the rubber band."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.items.card import RADIUS
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import HEIGHT, WIDTH


class PreviewWire(QGraphicsItem):
    """A dashed curve from an output at `start` down to an input at `end`."""

    def __init__(self, style: Style, start: QPointF) -> None:
        super().__init__()
        self.start = self.end = start
        self._style = style
        self.setZValue(5)

    def run(self, start: QPointF, end: QPointF) -> None:
        """Runs from the output at `start` to the input at `end`."""
        self.prepareGeometryChange()
        self.start, self.end = start, end

    def boundingRect(self) -> QRectF:
        return QRectF(self.start, self.end).normalized().adjusted(-80, -80, 80, 80)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath(self.start)
        pull = min(70.0, max(20.0, abs(self.end.y() - self.start.y()) / 2))
        path.cubicTo(self.start + QPointF(0, pull), self.end - QPointF(0, pull), self.end)
        painter.setPen(self._style.preview)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._style.accent)
        painter.drawEllipse(self.start, 4, 4)
        painter.drawEllipse(self.end, 4, 4)


class Slot(QGraphicsItem):
    """A dashed outline where something will stand, with some words in it.

    Its position is the middle of its upper edge; it is as high as one card unless told otherwise.
    """

    def __init__(self, style: Style, text: str, height: float = HEIGHT) -> None:
        super().__init__()
        self.text, self.height = text, height
        self._style = style
        self.setZValue(5)

    def boundingRect(self) -> QRectF:
        return QRectF(-WIDTH / 2 - 4, -4, WIDTH + 8, self.height + 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style = self._style
        rect = QRectF(-WIDTH / 2, 0, WIDTH, self.height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.preview)
        for brush in (style.card, style.lit_panel):
            painter.setBrush(brush)
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setFont(style.title)
        painter.setPen(style.accent)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text)


class Ghost(QGraphicsItem):
    """What is being moved, as a small card beside the pointer, in pixels whatever the zoom."""

    def __init__(self, style: Style, text: str) -> None:
        super().__init__()
        self._text, self._style = text, style
        self._rect = QRectF(14, 12, style.title_metrics.horizontalAdvance(text) + 24, 28)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setOpacity(0.92)
        self.setZValue(7)

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 4)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style = self._style
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.borders["selected"])
        painter.setBrush(style.card)
        painter.drawRoundedRect(self._rect, RADIUS, RADIUS)
        painter.setFont(style.title)
        painter.setPen(style.ink)
        painter.drawText(self._rect, Qt.AlignmentFlag.AlignCenter, self._text)


class Band(QGraphicsItem):
    """The rubber band: a rectangle that selects what it touches."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.rect = QRectF()
        self._style = style
        self.setZValue(6)

    def stretch(self, rect: QRectF) -> None:
        """Covers this rectangle of the scene."""
        self.prepareGeometryChange()
        self.rect = rect

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-4, -4, 4, 4)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setBrush(self._style.lit_panel)
        painter.setPen(self._style.preview)
        painter.drawRect(self.rect)
