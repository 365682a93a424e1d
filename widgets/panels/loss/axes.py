"""One small coordinate system: where values lie, grid lines and the numbers beside them."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from networks.recipes.losses.base import Values
from widgets.look import theme

_RIGHT = int(Qt.AlignmentFlag.AlignRight) | int(Qt.AlignmentFlag.AlignVCenter)
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Probabilities that are written below."""


class Axes:
    """Probabilities from 0 to 1 to the right, values from `low` to `high` upwards, in a rectangle."""

    def __init__(self, place: QRectF, low: float, high: float) -> None:
        self.place, self.low, self.high = place, low, max(high, low + 1e-6)

    def x(self, p: float) -> float:
        """Pixels from the left."""
        return self.place.left() + p * self.place.width()

    def y(self, value: float) -> float:
        """Pixels from the top."""
        return self.place.bottom() - (value - self.low) / (self.high - self.low) * self.place.height()

    def at(self, p: float, value: float) -> QPointF:
        """The point on the screen; above the top it is at the top."""
        return QPointF(self.x(p), max(self.y(value), self.place.top()))

    def line(self, p: Values, values: Values) -> QPolygonF:
        """A curve as a line on the screen, which may leave the rectangle."""
        xs = self.place.left() + p * self.place.width()
        share = (np.clip(values, -1e6, 1e6) - self.low) / (self.high - self.low)
        ys = self.place.bottom() - share * self.place.height()
        return QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])

    def paint(self, painter: QPainter, shade: theme.Colors, *, below: bool) -> None:
        """Grid and numbers; those of the probabilities with `below`."""
        painter.setFont(theme.font(theme.SMALL, mono=True))
        metrics = painter.fontMetrics()
        for value in _round_values(self.low, self.high):
            y = self.y(value)
            painter.setPen(QPen(QColor(shade.grid), 1))
            painter.drawLine(QPointF(self.place.left(), y), QPointF(self.place.right(), y))
            painter.setPen(QColor(shade.text_dim))
            room = QRectF(0, y - 9, self.place.left() - 7, 18)
            painter.drawText(room, _RIGHT, f"{value:g}")
        for p in TICKS:
            painter.setPen(QPen(QColor(shade.grid), 1))
            x = self.x(p)
            painter.drawLine(QPointF(x, self.place.top()), QPointF(x, self.place.bottom()))
            if below:
                painter.setPen(QColor(shade.text_dim))
                width = metrics.horizontalAdvance(f"{p:g}") + 4
                left = min(x - width / 2, self.place.right() - width + 4)
                room = QRectF(left, self.place.bottom() + 4, width, metrics.height())
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, f"{p:g}")


def _round_values(low: float, high: float) -> list[float]:
    """About three round numbers between the two, 0 among them."""
    rough = (high - low) / 3
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.75)
    first = math.ceil(low / step - 1e-9)
    return [round(step * i, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]
