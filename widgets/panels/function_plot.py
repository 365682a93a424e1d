"""A small plot of an activation function, solid, and of its derivative, dashed."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from networks.layers.activation import Activation
from networks.layers.base import Group
from widgets.look import theme

REACH = 4.0
"""The plot goes from −REACH to REACH, where nearly all values in networks with normalization lie."""
_POINTS = 801


class FunctionPlot(QWidget):
    """Shows one activation function, or nothing for None.

    Its axes are made when it first comes into sight: the window hides it behind another panel at first and
    opens sooner without them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._function: Activation | None = None
        self._lines: _Lines | None = None
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._make_lines)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._column.addWidget(_Legend())
        self.setFixedHeight(168)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_function(self, function: Activation | None) -> None:
        """Draws this function."""
        if function != self._function:
            self._function = function
            if self._lines is not None:
                self._lines.draw(function)

    def drawn(self) -> tuple[np.ndarray, np.ndarray]:
        """The values and the slopes as drawn; both empty until it has been in sight."""
        nothing = np.empty(0)
        return (nothing, nothing) if self._lines is None else self._lines.drawn()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._lines is not None:
            self._lines.color()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._lines is None:
            # a widget behind another tab counts as visible but is not painted
            self._later.start()

    @Slot()
    def _make_lines(self) -> None:
        if self._lines is None:
            self._lines = _Lines()
            self._column.takeAt(0)
            self._column.insertWidget(0, self._lines, 1)
            self._lines.draw(self._function)


class _Lines(pg.PlotWidget):  # type: ignore[misc]
    """The two lines over axes through zero."""

    def __init__(self) -> None:
        super().__init__()
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setXRange(-REACH, REACH, padding=0.02)
        self._zero_x = pg.InfiniteLine(0, angle=90)
        self._zero_y = pg.InfiniteLine(0, angle=0)
        self.addItem(self._zero_x)
        self.addItem(self._zero_y)
        self._slope = self.plot(antialias=True)
        self._curve = self.plot(antialias=True)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setTickFont(theme.font(theme.SMALL))
            axis.setStyle(tickLength=-3, autoExpandTextSpace=False, tickTextOffset=4)
        self.getAxis("left").setWidth(26)
        self.getAxis("bottom").setHeight(18)
        self.color()

    def draw(self, function: Activation | None) -> None:
        """Draws this function, or nothing."""
        if function is None:
            self._curve.setData([], [])
            self._slope.setData([], [])
            return
        x = np.linspace(-REACH, REACH, _POINTS)
        values, slopes = function.values(x), function.slopes(x)
        self._curve.setData(x, values)
        self._slope.setData(x, slopes)
        both = np.concatenate((values, slopes))
        low, high = max(float(both.min()), -REACH / 2), min(float(both.max()), REACH * 0.75)
        self.setYRange(min(low, -0.2), max(high, 1.1), padding=0.06)

    def drawn(self) -> tuple[np.ndarray, np.ndarray]:
        """The values and the slopes as drawn."""
        return np.asarray(self._curve.yData), np.asarray(self._slope.yData)

    def color(self) -> None:
        """Takes the colours of the theme."""
        shade = theme.colors(self)
        color = shade.group(Group.ACTIVATION)
        self.setBackground(QColor(shade.panel))
        self._curve.setPen(pg.mkPen(color, width=2.2))
        self._slope.setPen(pg.mkPen(color, width=1.4, style=Qt.PenStyle.DashLine))
        for line in (self._zero_x, self._zero_y):
            line.setPen(pg.mkPen(shade.border, width=1))
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(shade.border_strong, width=1))
            axis.setTextPen(pg.mkPen(shade.text_dim))


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
