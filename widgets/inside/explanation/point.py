"""An activation: the point on its curve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from networks.explanations.core.forms import Curve
from networks.explanations.words.figures import figure
from networks.layers.base import Group
from widgets.curves.ticks import linear
from widgets.inside.explanation.drawing import Drawing, Look
from widgets.inside.explanation.ink import (
    CENTRE,
    RIGHT,
    Ink,
    g,
    tr,
    write,
)


class Point(Drawing):
    """An activation: the point on its curve."""

    def __init__(self, form: Curve) -> None:
        self.form, self.rows = form, 1
        self.steps = (tr("What comes in"), tr("The curve"))
        reach = max(4.0, 1.3 * abs(form.x)) if np.isfinite(form.x) else 4.0
        self._x = np.linspace(-reach, reach, 400)
        with np.errstate(all="ignore"):
            self._y = form.function.values(self._x)

    def height(self, width: float, look: Look) -> float:
        return g(330)

    def place(self, row: int, width: float, look: Look) -> QRectF:
        return QRectF(0, 0, width, self.height(width, look))

    def words(self, row: int, look: Look) -> str:
        return tr("{name} at {x}: {y}, slope {slope}").format(
            name=self.form.function.name(),
            x=figure(self.form.x),
            y=figure(self.form.y),
            slope=figure(self.form.slope),
        )

    def paint(self, painter: QPainter, width: float, look: Look, ink: Ink) -> None:
        form = self.form
        place = QRectF(g(46), g(20), min(width, g(640)) - g(70), g(270))
        finite = self._y[np.isfinite(self._y)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        if np.isfinite(form.y):
            low, high = min(low, form.y), max(high, form.y)
        low, high = min(low, -0.2), max(high, 0.2)
        spare = 0.08 * (high - low)
        low, high = low - spare, high + spare

        def at(x: float, y: float) -> QPointF:
            first, last = float(self._x[0]), float(self._x[-1])
            return QPointF(
                place.left() + (x - first) / (last - first) * place.width(),
                place.bottom() - (y - low) / (high - low) * place.height(),
            )

        self._paint_axes(painter, place, at, low, high, ink)
        painter.setClipRect(place)
        painter.setPen(QPen(ink.shade.group(Group.ACTIVATION), 2.4))
        painter.drawPolyline(
            QPolygonF(
                [at(x, y) for x, y in zip(self._x.tolist(), self._y.tolist(), strict=True) if np.isfinite(y)]
            )
        )
        painter.setClipping(False)
        if np.isfinite([form.x, form.y]).all():
            point = at(form.x, form.y)
            painter.setPen(QPen(QColor(ink.shade.accent), 1.4, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(point.x(), at(0, 0).y()), point)
            if look.step >= 1:
                painter.drawLine(point, QPointF(at(0, 0).x(), point.y()))
                painter.setPen(QPen(QColor(ink.shade.panel), 2))
                painter.setBrush(QColor(ink.shade.accent))
                painter.drawEllipse(point, g(6), g(6))
        write(
            painter,
            QRectF(place.left(), place.bottom() + g(20), place.width(), g(18)),
            self.words(0, look),
            ink.small_figures,
            ink.text,
        )

    def _paint_axes(
        self,
        painter: QPainter,
        place: QRectF,
        at: Callable[[float, float], QPointF],
        low: float,
        high: float,
        ink: Ink,
    ) -> None:
        for number in linear(float(self._x[0]), float(self._x[-1]), 8):
            x = at(number, 0).x()
            painter.setPen(QPen(QColor(ink.shade.border_strong if number == 0 else ink.shade.grid), 1))
            painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
            below = QRectF(x - g(30), place.bottom() + g(2), g(60), g(16))
            write(painter, below, f"{number:g}".replace("-", "−"), ink.small_figures, ink.dim, CENTRE)
        for number in linear(low, high, 6):
            y = at(0, number).y()
            painter.setPen(QPen(QColor(ink.shade.border_strong if number == 0 else ink.shade.grid), 1))
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
            beside = QRectF(0, y - g(8), place.left() - g(6), g(16))
            write(painter, beside, f"{number:g}".replace("-", "−"), ink.small_figures, ink.dim, RIGHT)
