"""How classes are told apart as points: by colour and by shape, so that eyes of any kind can."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainterPath, QPolygonF

from widgets.look import theme

_LIGHT = (
    "#3b6fb6", "#d97706", "#2f9151", "#a04fc4", "#c93a4b", "#149a96", "#87664a", "#9c8600",
    "#d9629f", "#68717f",
)  # fmt: skip
_DARK = (
    "#6ea3f0", "#f2a145", "#5cc583", "#c98be8", "#f4737f", "#4fcfca", "#c19a78", "#d8c23a",
    "#f39ac6", "#a3adba",
)  # fmt: skip
_CORNERS = (0, 4, 3, 5, -4)
"""Of the shapes: a circle, a diamond, a triangle, a pentagon, and a square."""
_TURNS = {4: 0.0, 3: -90.0, 5: -90.0}


def class_color(label: int, shade: theme.Colors) -> QColor:
    """The colour of a class."""
    colors = _DARK if shade.dark else _LIGHT
    return QColor(colors[label % len(colors)])


def class_corners(label: int) -> int:
    """Which of the shapes a class has. Neighbours in number differ, and the next ten classes, too."""
    return _CORNERS[(label + label // len(_LIGHT)) % len(_CORNERS)]


def mark(label: int, at: QPointF, radius: float) -> QPainterPath:
    """The outline of a point of this class; all shapes have about the same area."""
    path, corners = QPainterPath(), class_corners(label)
    if corners == 0:
        path.addEllipse(at, radius, radius)
    elif corners == -4:
        side = 1.77 * radius
        path.addRect(QRectF(at.x() - side / 2, at.y() - side / 2, side, side))
    else:
        outer = {3: 1.55, 4: 1.25, 5: 1.15}[corners] * radius
        points = [
            at + _on_circle(outer, _TURNS[corners] + 360 * corner / corners) for corner in range(corners)
        ]
        path.addPolygon(QPolygonF([*points, points[0]]))
    return path


def _on_circle(radius: float, degrees: float) -> QPointF:
    return QPointF(radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees)))
