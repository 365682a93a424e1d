"""A small plot of an activation function, solid, and of its derivative, dashed."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from networks.layers.activation import Activation
from networks.layers.base import Group
from networks.runs.series import Floats
from networks.xray.closeup import Spread
from widgets.curves import ticks
from widgets.look import theme

REACH = 4.0
"""The plot goes from −REACH to REACH, where nearly all values in networks with normalization lie."""
_ACROSS = np.linspace(-REACH, REACH, 801)
_END = 1.02 * REACH
"""Where the axis ends, a little further out."""
_NOTHING = np.empty(0)


Number = TypeVar("Number", float, Floats)


class FunctionPlot(QWidget):
    """Shows one activation function, or nothing for None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = _Lines()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._lines, 1)
        column.addWidget(_Legend())
        self.setFixedHeight(168)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_function(self, function: Activation | None) -> None:
        """Draws this function."""
        self._lines.draw(function)

    @property
    def function(self) -> Activation | None:
        """What is drawn."""
        return self._lines.function

    def show_spread(self, spread: Spread | None) -> None:
        """Draws bars behind the function: how what goes into it is spread. None takes them away."""
        self._lines.spread = spread
        self._lines.update()

    def drawn(self) -> tuple[Floats, Floats]:
        """The values and the slopes as drawn; both empty where nothing is."""
        return self._lines.values, self._lines.slopes


class _Lines(QWidget):
    """The two lines over axes through zero."""

    def __init__(self) -> None:
        super().__init__()
        self.function: Activation | None = None
        self.spread: Spread | None = None
        self.values = self.slopes = _NOTHING
        self._low, self._high = -0.2, 1.1
        self._pictures: tuple[tuple[object, ...], QPixmap, QPixmap] | None = None
        """The axes and the lines as they were painted last, and of what: they take long, all below a section
        that grows moves, and the bars between them are others several times a second while a run goes on."""

    def draw(self, function: Activation | None) -> None:
        """Draws this function, or nothing."""
        if function == self.function:
            return
        self.function = function
        self.values = self.slopes = _NOTHING
        if function is not None:
            self.values, self.slopes = function.values(_ACROSS), function.slopes(_ACROSS)
            both = np.concatenate((self.values, self.slopes))
            low, high = max(float(both.min()), -REACH / 2), min(float(both.max()), REACH * 0.75)
            low, high = min(low, -0.2), max(high, 1.1)
            spare = 0.06 * (high - low)
            self._low, self._high = low - spare, high + spare
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio, shade = self.devicePixelRatioF(), theme.colors(self)
        key = (self.function, self.size(), ratio, shade)
        place = self._place()
        if self._pictures is None or self._pictures[0] != key:
            axes, lines = self._layer(ratio), self._layer(ratio)
            self._paint_axes(_begun(axes), place, shade)
            self._paint_lines(_begun(lines), place, shade)
            self._pictures = key, axes, lines
        _, axes, lines = self._pictures
        painter = QPainter(self)
        painter.drawPixmap(0, 0, axes)
        if self.spread is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(place)
            self._paint_spread(painter, self.spread, place, shade)
            painter.setClipping(False)
        painter.drawPixmap(0, 0, lines)
        painter.end()

    def _place(self) -> QRectF:
        """Where the lines are, within the numbers at their axes."""
        metrics = QFontMetrics(theme.font(theme.SMALL), self)
        left = metrics.horizontalAdvance("−0.5") + 8.5
        return QRectF(left, 4.5, self.width() - left - 4, self.height() - 8 - metrics.height())

    def _layer(self, ratio: float) -> QPixmap:
        layer = QPixmap(self.size() * ratio)
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        return layer

    def _paint_lines(self, painter: QPainter, place: QRectF, shade: theme.Colors) -> None:
        """Paints both lines, and ends the painter."""
        painter.setClipRect(place)
        color = shade.group(Group.ACTIVATION)
        for values, width, style in (
            (self.slopes, 1.4, Qt.PenStyle.DashLine),
            (self.values, 2.2, Qt.PenStyle.SolidLine),
        ):
            painter.setPen(QPen(color, width, style))
            painter.drawPolyline(self._line(place, values))
        painter.end()

    def _paint_spread(self, painter: QPainter, spread: Spread, place: QRectF, shade: theme.Colors) -> None:
        """Bars from the lower edge, the highest over half of the plot."""
        edges = np.linspace(spread.low, spread.high, len(spread.counts) + 1).tolist()
        most = int(spread.counts.max()) or 1
        color = QColor(shade.neg)
        color.setAlphaF(0.35)
        for index, count in enumerate(spread.counts.tolist()):
            left, right = self._x(place, edges[index]), self._x(place, edges[index + 1])
            height = count / most * place.height() / 2
            painter.fillRect(QRectF(left, place.bottom() - height, max(1.0, right - left), height), color)

    def _x(self, place: QRectF, value: Number) -> Number:
        return place.left() + (value / _END + 1) / 2 * place.width()

    def _y(self, place: QRectF, value: Number) -> Number:
        return place.bottom() - (value - self._low) / (self._high - self._low) * place.height()

    def _line(self, place: QRectF, values: Floats) -> QPolygonF:
        across, down = self._x(place, _ACROSS[: len(values)]), self._y(place, values)
        return QPolygonF([*map(QPointF, across.tolist(), down.tolist())])

    def _paint_axes(self, painter: QPainter, place: QRectF, shade: theme.Colors) -> None:
        """Paints the frame with its numbers and the lines through zero, and ends the painter."""
        painter.setPen(QPen(QColor(shade.border), 1))
        for line in (
            QLineF(self._x(place, 0), place.top(), self._x(place, 0), place.bottom()),
            QLineF(place.left(), self._y(place, 0), place.right(), self._y(place, 0)),
        ):
            painter.drawLine(line)
        painter.setPen(QPen(QColor(shade.border_strong), 1))
        painter.drawLine(place.topLeft(), place.bottomLeft())
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.setPen(QColor(shade.text_dim))
        height = painter.fontMetrics().height()
        for value in ticks.linear(-REACH, REACH, 4):
            room = QRectF(self._x(place, value) - 20, place.bottom() + 3, 40, height)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, _number(value))
        for value in ticks.linear(self._low, self._high, 4):
            room = QRectF(0, self._y(place, value) - height / 2, place.left() - 5, height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight), _number(value))
        painter.end()


def _begun(layer: QPixmap) -> QPainter:
    painter = QPainter(layer)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font(theme.SMALL))
    return painter


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


class _Legend(QWidget):
    """A sample of either line with its name."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme.grown(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL))
        left, middle = 30.0, self.height() / 2
        for words, width, style in (
            (self.tr("f(x)"), 2.2, Qt.PenStyle.SolidLine),
            (self.tr("slope f′(x)"), 1.4, Qt.PenStyle.DashLine),
        ):
            painter.setPen(QPen(shade.group(Group.ACTIVATION), width, style))
            painter.drawLine(QPointF(left, middle), QPointF(left + 22, middle))
            painter.setPen(QColor(shade.text_dim))
            base = middle + painter.fontMetrics().capHeight() / 2
            painter.drawText(QPointF(left + 28, base), words)
            left += 28 + painter.fontMetrics().horizontalAdvance(words) + 18
        painter.end()
