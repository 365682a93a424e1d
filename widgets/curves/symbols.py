"""How lines differ besides by colour: the symbols at their points and their dashes."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen, QPolygonF

_CORNERS = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)),
    "triangle": ((0, -1.25), (1.25, 1), (-1.25, 1)),
}
SYMBOLS = ("circle", *_CORNERS)

_DASHES: dict[str, tuple[list[float], ...]] = {
    "step": ([], [8, 3], [1, 2]),
    "epoch": ([4, 3], [1, 3], [8, 3, 1, 3]),
    "key": ([3, 2.5], [1, 2.5], [6, 2, 1, 2]),
}
"""How the lines of one chart differ; keys are the short samples of epoch lines in the legend."""


def dashes(pen: QPen, each: str, variant: int) -> QPen:
    """Dashes the pen for a chart's line of this number among those of steps or of epochs, or for its key."""
    if pattern := _DASHES[each][variant % len(_DASHES[each])]:
        pen.setDashPattern(pattern)
    return pen


def draw_symbol(painter: QPainter, symbol: str, at: QPointF, radius: float) -> None:
    """Draws one of SYMBOLS with the painter's pen and brush."""
    if symbol == "circle":
        painter.drawEllipse(at, radius, radius)
    else:
        painter.drawPolygon(QPolygonF([at + QPointF(radius * x, radius * y) for x, y in _CORNERS[symbol]]))
