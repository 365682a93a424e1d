"""One wire on the canvas: round bends and an arrowhead, red with an icon if what it carries does not fit."""

from __future__ import annotations

from itertools import pairwise
from math import hypot, log2

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from networks.core.shapes import Shape, count
from networks.graph.network import Wire
from widgets.canvas.items.style import NO_PEN, Style
from widgets.canvas.placement.geometry import Point

BEND = 7.0
"""Radius of a bend."""
ARROW = 7.0
WIDEST = 14.0
"""Of bands."""
_MARGIN = 18.0


class WireItem(QGraphicsRectItem):
    """Paints a route. Its position is the beginning of the route; the scene sets its state."""

    def __init__(self, wire: Wire, style: Style) -> None:
        super().__init__()  # a rectangle, since Qt asks Python items for theirs in every frame
        self.setPen(NO_PEN)
        self.wire = wire
        self.points: tuple[Point, ...] = ()
        """The corners, in the scene."""
        self.shape_text = ""
        """The shape that it carries, as written beside its beginning."""
        self.selected = self.hovered = self.lit = self.wrong = self.idle = False
        self.band = 0.0
        """How wide it is in the X-ray, in units of the scene; 0 for a line."""
        self._style = style
        self._corners: tuple[Point, ...] = ()
        self._path: QPainterPath | None = None

    def set_points(self, points: tuple[Point, ...]) -> None:
        """Makes it run through these points of the scene."""
        before = self.points
        if points == before:
            return
        x, y = points[0]
        if len(points) == len(before) == 2 and points[1][1] - y == before[1][1] - before[0][1]:
            self.points = points  # straight down and as long as before: most wires after most edits
            self.setPos(x, y)
            return
        corners = tuple([(px - x, py - y) for px, py in points])
        if corners != self._corners:
            self._corners, self._path = corners, None
            if len(corners) == 2 and (down := corners[1][1]) >= 0 and corners[1][0] == 0:
                self.setRect(-_MARGIN, -2, 2 * _MARGIN, down + 4)
            else:
                xs, ys = [p[0] for p in corners], [p[1] for p in corners]
                left, top = min(xs) - _MARGIN, min(ys) - 2
                self.setRect(left, top, max(xs) + _MARGIN - left, max(ys) + 2 - top)
        self.points = points
        self.setPos(x, y)

    def set_state(self, **state: bool | str | float) -> None:
        """Sets attributes of the state, and repaints if one changes."""
        if any(getattr(self, name) != value for name, value in state.items()):
            for name, value in state.items():
                setattr(self, name, value)
            self.update()

    def _pen(self) -> QPen:
        style = self._style
        if self.lit:
            return style.wire_lit
        if self.selected:
            return style.wire_selected
        if self.wrong:
            return style.wire_wrong
        if self.hovered:
            return style.wire_hover
        return style.wire_idle if self.idle else style.wire

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        corners = self._corners
        if len(corners) < 2:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = self._pen()
        if self.band and not self.wrong:
            self._paint_band(painter, pen)
            return
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = corners[-1]
        if len(corners) == 2:
            painter.drawLine(QPointF(*corners[0]), QPointF(x, y - ARROW + 1))
        else:
            if self._path is None:
                self._path = rounded((*corners[:-1], (x, y - ARROW + 1)))
            painter.drawPath(self._path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        half = ARROW * (0.85 if self.lit else 0.6)
        painter.drawPolygon(
            QPolygonF([QPointF(x - half, y - ARROW), QPointF(x + half, y - ARROW), QPointF(x, y)])
        )
        if self.wrong:
            middle = (corners[-2][1] + y - ARROW) / 2 if len(corners) == 2 else y - 10
            self._style.paint_icon(painter, "error", QRectF(x - 17, middle - 5, 12, 12), self._style.error)

    def _paint_band(self, painter: QPainter, pen: QPen) -> None:
        """A band as wide as much passes through it."""
        plain = not (self.lit or self.selected or self.hovered)
        band = QPen(self._style.band if plain else pen.color(), self.band)
        band.setCapStyle(Qt.PenCapStyle.FlatCap)
        band.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(band)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._path is None or len(self._corners) == 2:
            painter.drawPath(rounded(self._corners))
            return
        painter.drawPath(self._path)


def band_of(shape: Shape | None) -> float:
    """The width of a band for what a wire carries: one more for each doubling or so of the numbers."""
    return 2.0 if not shape else min(WIDEST, 1.0 + 0.65 * log2(max(1, count(shape))))


def rounded(corners: tuple[Point, ...]) -> QPainterPath:
    """The polyline with every corner rounded."""
    path = QPainterPath(QPointF(*corners[0]))
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(BEND, _length(before, corner) / 2, _length(corner, after) / 2)
        path.lineTo(QPointF(*_towards(corner, before, radius)))
        path.quadTo(QPointF(*corner), QPointF(*_towards(corner, after, radius)))
    path.lineTo(QPointF(*corners[-1]))
    return path


def distance(points: tuple[Point, ...], x: float, y: float) -> float:
    """From a point to the nearest point of the polyline."""
    return min(
        hypot(x - min(max(x, min(a, c)), max(a, c)), y - min(max(y, min(b, d)), max(b, d)))
        for (a, b), (c, d) in pairwise(points)
    )


def _length(a: Point, b: Point) -> float:
    return hypot(b[0] - a[0], b[1] - a[1])


def _towards(start: Point, end: Point, by: float) -> Point:
    length = _length(start, end)
    if not length:
        return start
    return start[0] + (end[0] - start[0]) * by / length, start[1] + (end[1] - start[1]) * by / length
