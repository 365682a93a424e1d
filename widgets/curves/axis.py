"""An axis with few, round ticks, and the ground behind the curves: grid lines and bands of epochs."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.curves import ticks
from widgets.look import theme

LEFT_WIDTH, BOTTOM_HEIGHT = 46, 20
"""Room for the numbers, in device-independent pixels; equal for all charts, so that they stand in line."""


class Axis(pyqtgraph.AxisItem):  # type: ignore[misc]
    """An axis with round numbers at least `apart` pixels from each other."""

    def __init__(self, orientation: str, label: ticks.Label, apart: int) -> None:
        super().__init__(orientation, showValues=True)
        self._label = label
        self._apart = apart
        self._log = False
        self._blank = False
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0, tickTextOffset=6, autoExpandTextSpace=False, hideOverlappingLabels=False)
        if orientation == "left":
            self.setWidth(theme.grown(LEFT_WIDTH))
        else:
            self.setHeight(theme.grown(BOTTOM_HEIGHT))

    def set_log(self, log: bool) -> None:
        """Whether positions are exponents of ten."""
        self._log = log
        self._redraw()

    def set_blank(self, blank: bool) -> None:
        """Hides the numbers, for an axis along which nothing was measured."""
        if blank != self._blank:
            self._blank = blank
            self._redraw()

    def set_theme(self, shade: theme.Colors) -> None:
        """Colours and typeface."""
        line = shade.border if self.orientation == "bottom" else shade.panel
        self.setPen(pyqtgraph.mkPen(QColor(line)))
        self.setTextPen(pyqtgraph.mkPen(QColor(shade.text_dim)))
        self.setTickFont(theme.font(theme.SMALL))
        self._redraw()

    def positions(self, low: float, high: float) -> list[float]:
        """The ticks from low to high, as many as the axis has room for."""
        if self._blank or not high > low:
            return []
        size = self.size()
        pixels = size.height() if self.orientation == "left" else size.width()
        count = max(1, int(pixels / self._apart))
        return ticks.logarithmic(low, high, count) if self._log else ticks.linear(low, high, count)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        # `size` is in physical pixels, twice as many at 200 %
        return [(1.0, self.positions(minVal, maxVal))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        write = ticks.power_of_ten if self._log else self._label
        return [write(value) for value in values]

    def generateDrawSpecs(self, p: QPainter) -> Any:
        specs = super().generateDrawSpecs(p)
        if specs is None:
            return None
        line, _, texts = specs
        # even a tick of length 0 would leave a dot
        return line, [], texts

    def _redraw(self) -> None:
        self.picture = None
        self.update()


class Ground(QGraphicsItem):
    """Shades every other epoch, or every other five, ten … of them, and draws thin lines at the ticks."""

    def __init__(self, view_box: pyqtgraph.ViewBox, left: Axis) -> None:
        super().__init__(view_box)
        self._view_box = view_box
        self._left = left
        self._grid = self._band = QColor()
        self.setZValue(-50)

    def set_theme(self, shade: theme.Colors) -> None:
        """Colours of grid and bands."""
        self._grid, self._band = QColor(shade.grid), QColor(shade.band)
        self.update()

    def refresh(self) -> None:
        """Repaints after the view or its size has changed."""
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._view_box.rect())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        area = self.boundingRect()
        (left, right), (low, high) = self._view_box.viewRange()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        per_epoch = area.width() / (right - left)
        width = ticks.band_width(right - left, area.width())
        for band in range(max(0, math.floor(left / width)), math.ceil(right / width)):
            if band % 2 == 0:
                start = (band * width - left) * per_epoch
                shaded = QRectF(start, 0, width * per_epoch, area.height())
                # an SVG has no clipping that would end it at the edges
                painter.fillRect(shaded & area, self._band)
        painter.setPen(QPen(self._grid, 1, Qt.PenStyle.SolidLine))
        for value in self._left.positions(low, high):
            height = round(area.height() * (high - value) / (high - low))
            painter.drawLine(0, height, int(area.width()), height)
