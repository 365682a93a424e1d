"""What a canvas shows behind its items: dots, which make panning visible, and a hint where there are none."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsView

from widgets.look import theme

APART = 24.0
"""Between two dots, in the scene; twice, four times … as much where they would be too close to each other."""
CLOSEST = 16
"""Pixels between two dots at least."""
BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""Keys have brought the focus: a ring shows where it is."""


def paint_ring(view: QGraphicsView, painter: QPainter) -> None:
    """Paints a frame around the view, which tells that keys go there."""
    painter.save()
    painter.resetTransform()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.colors(view).accent), 2))
    painter.drawRect(QRectF(view.viewport().rect()).adjusted(1, 1, -1, -1))
    painter.restore()


def paint_hint(view: QGraphicsView, painter: QPainter, text: str) -> None:
    """Writes a hint in the middle of the view."""
    painter.save()
    painter.resetTransform()
    painter.setFont(theme.font(theme.BODY))
    painter.setPen(QColor(theme.colors(view).text_dim))
    room = view.viewport().rect().adjusted(16, 16, -16, -16)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
    painter.restore()


class DotGrid:
    """Paints the background of a view in the colours of the theme."""

    def __init__(self) -> None:
        self._row: tuple[tuple[str, float, int, float], QPixmap] | None = None

    def paint(self, view: QGraphicsView, painter: QPainter, rect: QRectF | QRect) -> None:
        """Fills `rect` of the scene and paints the dots of everything in sight."""
        colors = theme.colors(view)
        painter.fillRect(QRectF(rect), QColor(colors.window))
        zoom = view.transform().m11()
        step = APART
        while step * zoom < CLOSEST:
            step *= 2
        corner = view.mapToScene(QPoint(0, 0))
        across = step * zoom
        size = view.viewport().size()
        first = view.mapFromScene(QPointF(corner.x() // step * step, corner.y() // step * step))
        ratio = view.devicePixelRatioF()
        row = self._row_of_dots(QColor(colors.dots), across, size.width() + 2 * round(across), ratio)
        painter.save()
        painter.resetTransform()
        for index in range(int(size.height() / across) + 2):
            painter.drawPixmap(QPointF(first.x(), first.y() + round(index * across)), row)
        painter.restore()

    def _row_of_dots(self, color: QColor, across: float, width: int, ratio: float) -> QPixmap:
        """One row of dots; kept until the zoom, the window or the theme changes."""
        key = (color.name(), across, width, ratio)
        if self._row is None or self._row[0] != key:
            row = QPixmap(round(width * ratio), round(2 * ratio))
            row.setDevicePixelRatio(ratio)
            row.fill(Qt.GlobalColor.transparent)
            painter = QPainter(row)
            for index in range(int(width / across) + 1):
                painter.fillRect(QRectF(round(index * across), 0, 1.5, 1.5), color)
            painter.end()
            self._row = key, row
        return self._row[1]
