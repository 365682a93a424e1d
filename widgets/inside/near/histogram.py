"""How numbers are spread, as bars; those of the start as a line, or a function drawn over them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.layers.activation import Activation
from networks.layers.base import Group
from networks.xray.closeup import Spread
from widgets.inside.near.near import number
from widgets.look import theme
from widgets.look.translation import thousands

_HEIGHT, _FOOT = 92, 16


class Histogram(QWidget):
    """Shows one spread; a screen reader is told its ends, mean and deviation."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._spread: Spread | None = None
        self._start: Spread | None = None
        self._curve: Activation | None = None
        self._backwards = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_spread(
        self,
        spread: Spread | None,
        start: Spread | None = None,
        curve: Activation | None = None,
        *,
        backwards: bool = False,
    ) -> None:
        """Shows this; `start` as a line over it, `curve` with its own scale. Gradients are `backwards`."""
        self._spread, self._start, self._curve, self._backwards = spread, start, curve, backwards
        words = self._title if spread is None else f"{self._title}: {spread_words(spread)}"
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, theme.grown(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, theme.grown(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._spread is None:
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(0.5, 2.5, self.width() - 1, self.height() - theme.grown(_FOOT) - 4)
        both = [self._spread] if self._start is None else [self._spread, self._start]
        low, high = min(each.low for each in both), max(each.high for each in both)
        densities = [_density(each) for each in both]
        top = max(float(each.max()) for each in densities) or 1.0

        def x(value: float) -> float:
            return room.left() + (value - low) / ((high - low) or 1.0) * room.width()

        color = QColor(shade.back if self._backwards else shade.neg)
        edges = np.linspace(self._spread.low, self._spread.high, len(densities[0]) + 1)
        for place, density in enumerate(densities[0].tolist()):
            height = density / top * room.height()
            bar = QRectF(x(edges[place]), room.bottom() - height, 0, height)
            bar.setRight(max(bar.left() + 1, x(edges[place + 1]) - 0.6))
            color.setAlphaF(0.75)
            painter.fillRect(bar, color)
        if self._start is not None:
            painter.setPen(QPen(QColor(shade.text), 1.2))
            painter.drawPolyline(_steps(self._start, densities[1], top, room, x))
        if self._curve is not None:
            self._paint_curve(painter, self._curve, (low, high), room, shade)
        self._paint_axis(painter, (low, high), room, shade)
        painter.end()

    def _paint_curve(
        self,
        painter: QPainter,
        curve: Activation,
        ends: tuple[float, float],
        room: QRectF,
        shade: theme.Colors,
    ) -> None:
        across = np.linspace(*ends, 200)
        values = curve.values(across)
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        scale = (room.height() - 2) / ((high - low) or 1.0)
        points = [
            QPointF(room.left() + place / 199 * room.width(), room.bottom() - (value - low) * scale - 1)
            for place, value in enumerate(values.tolist())
        ]
        painter.setPen(QPen(shade.group(Group.ACTIVATION), 2.2))
        painter.drawPolyline(QPolygonF(points))

    def _paint_axis(
        self, painter: QPainter, ends: tuple[float, float], room: QRectF, shade: theme.Colors
    ) -> None:
        painter.setPen(QPen(QColor(shade.border_strong), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        low, high = ends
        painter.setFont(theme.font(theme.SMALL - 1, mono=True))
        painter.setPen(QColor(shade.text_dim))
        line = QRectF(room.left(), room.bottom() + 2, room.width(), theme.grown(_FOOT))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, number(low))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, number(high))
        share = -low / ((high - low) or 1.0)
        taken = painter.fontMetrics().horizontalAdvance(number(low) + number(high)) + 40
        if 0.25 < share < 0.75 and taken < room.width():
            zero = QRectF(room.left() + share * room.width() - 20, line.top(), 40, line.height())
            painter.drawText(zero, Qt.AlignmentFlag.AlignHCenter, "0")


def spread_words(spread: Spread) -> str:
    """Ends, mean and deviation in a line."""
    return _tr("{count} numbers from {low} to {high}, mean {mean}, deviation {deviation}").format(
        count=thousands(spread.count),
        low=number(spread.low),
        high=number(spread.high),
        mean=number(spread.mean),
        deviation=number(spread.deviation),
    )


def _density(spread: Spread) -> NDArray[np.float64]:
    """Shares of all numbers by the width of a bin, so that two spreads can be compared."""
    width = (spread.high - spread.low) / len(spread.counts) or 1.0
    found: NDArray[np.float64] = spread.counts / max(1, spread.count) / width
    return found


def _steps(
    spread: Spread, density: NDArray[np.float64], top: float, room: QRectF, x: Callable[[float], float]
) -> QPolygonF:
    edges = np.linspace(spread.low, spread.high, len(density) + 1).tolist()
    points = [QPointF(x(edges[0]), room.bottom())]
    for place, each in enumerate(density.tolist()):
        y = room.bottom() - each / top * room.height()
        points += [QPointF(x(edges[place]), y), QPointF(x(edges[place + 1]), y)]
    return QPolygonF([*points, QPointF(x(edges[-1]), room.bottom())])


def _tr(text: str) -> str:
    return QCoreApplication.translate("Histogram", text)
