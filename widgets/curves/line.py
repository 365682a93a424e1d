"""Lines and markers in pixels of the plot, which Qt paints fastest for thousands of points."""

from __future__ import annotations

import numpy as np
import pyqtgraph
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from networks.runs.series import Floats
from widgets.curves.symbols import SYMBOLS, draw_symbol

_NOTHING = np.empty(0)


class _Drawn(QGraphicsItem):
    """Covers the whole plot, so that the scene need not be notified when points change."""

    def __init__(self, view_box: pyqtgraph.ViewBox) -> None:
        super().__init__(view_box)
        self._view_box = view_box
        self.across = self.down = _NOTHING
        """Pixels from the plot's upper left corner, NaN where there is a gap."""

    def set_points(self, across: Floats, down: Floats) -> None:
        """Sets the points to draw. The caller requests the repaint."""
        self.across, self.down = across, down

    def boundingRect(self) -> QRectF:
        return QRectF(self._view_box.rect())


class Line(_Drawn):
    """A polyline with gaps."""

    def __init__(self, view_box: pyqtgraph.ViewBox, *, antialias: bool) -> None:
        super().__init__(view_box)
        self._antialias = antialias
        self._pen = QPen()
        self._path: QPainterPath | None = None
        self._segments: list[QLineF] | None = None

    def set_pen(self, pen: QPen) -> None:
        """Colour, width and style."""
        self._pen = pen
        self.update()

    def set_points(self, across: Floats, down: Floats) -> None:
        self._path = self._segments = None
        super().set_points(across, down)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        # a path of gaps alone is none that an SVG can hold
        if np.count_nonzero(np.isfinite(self.down)) < 2:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._antialias)
        painter.setPen(self._pen)
        # Qt takes up to ten times as long for a wide antialiased path as for its segments
        if self._antialias and self._pen.widthF() > 1 and self._pen.style() == Qt.PenStyle.SolidLine:
            if self._segments is None:
                self._segments = _segments(self.across, self.down)
            painter.drawLines(self._segments)
            return
        if self._path is None:
            self._path = pyqtgraph.arrayToQPath(self.across, self.down, connect="finite")
        painter.drawPath(self._path)


class Markers(_Drawn):
    """A symbol at every point."""

    def __init__(self, view_box: pyqtgraph.ViewBox) -> None:
        super().__init__(view_box)
        self._symbol = SYMBOLS[0]
        self._radius = 3.0
        self._pen, self._brush = QPen(), QBrush()

    def set_style(self, symbol: str, radius: float, fill: QColor, edge: QColor) -> None:
        """One of SYMBOLS, its size in pixels and its colours."""
        self._symbol, self._radius = symbol, radius
        self._pen, self._brush = QPen(edge, 1), QBrush(fill)
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        for x, y in zip(self.across.tolist(), self.down.tolist(), strict=True):
            draw_symbol(painter, self._symbol, QPointF(x, y), self._radius)


def _segments(x: Floats, y: Floats) -> list[QLineF]:
    """Line segments between neighbours, leaving out gaps."""
    there = np.isfinite(y)
    joined = there[:-1] & there[1:]
    starts_x, starts_y, ends_x, ends_y = x[:-1][joined], y[:-1][joined], x[1:][joined], y[1:][joined]
    return list(map(QLineF, starts_x.tolist(), starts_y.tolist(), ends_x.tolist(), ends_y.tolist()))
