"""A small plot of an activation function, solid, and of its derivative, dashed."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from networks.layers.activation import Activation
from networks.layers.base import Group
from widgets import theme

REACH = 4.0
"""Drawn from −REACH to REACH, where networks with normalized layers have nearly all of their numbers."""
_POINTS = 801


class FunctionPlot(QWidget):
    """Shows one activation function, and nothing with None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._function: Activation | None = None
        self._plot = pg.PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot.setXRange(-REACH, REACH, padding=0.02)
        self._zero_x = pg.InfiniteLine(0, angle=90)
        self._zero_y = pg.InfiniteLine(0, angle=0)
        self._plot.addItem(self._zero_x)
        self._plot.addItem(self._zero_y)
        self._slope = self._plot.plot(antialias=True)
        self._curve = self._plot.plot(antialias=True)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setTickFont(theme.font(theme.SMALL))
            axis.setStyle(tickLength=-3, autoExpandTextSpace=False, tickTextOffset=4)
        self._plot.getAxis("left").setWidth(26)
        self._plot.getAxis("bottom").setHeight(18)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._plot)
        column.addWidget(_Legend())
        self.setFixedHeight(168)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._color()

    def show_function(self, function: Activation | None) -> None:
        """Draws this function."""
        if function == self._function:
            return
        self._function = function
        x = np.linspace(-REACH, REACH, _POINTS)
        if function is None:
            self._curve.setData([], [])
            self._slope.setData([], [])
            return
        values, slopes = function.values(x), function.slopes(x)
        self._curve.setData(x, values)
        self._slope.setData(x, slopes)
        both = np.concatenate((values, slopes))
        low, high = max(float(both.min()), -REACH / 2), min(float(both.max()), REACH * 0.75)
        self._plot.setYRange(min(low, -0.2), max(high, 1.1), padding=0.06)

    def drawn(self) -> tuple[np.ndarray, np.ndarray]:
        """The values and the slopes as they are drawn."""
        return np.asarray(self._curve.yData), np.asarray(self._slope.yData)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        shade = theme.colors(self)
        color = shade.group(Group.ACTIVATION)
        self._plot.setBackground(QColor(shade.panel))
        self._curve.setPen(pg.mkPen(color, width=2.2))
        self._slope.setPen(pg.mkPen(color, width=1.4, style=Qt.PenStyle.DashLine))
        for line in (self._zero_x, self._zero_y):
            line.setPen(pg.mkPen(shade.border, width=1))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(shade.border_strong, width=1))
            axis.setTextPen(pg.mkPen(shade.text_dim))


class _Legend(QWidget):
    """A piece of either line, and what it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(18)

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
