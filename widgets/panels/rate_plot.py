"""The loss against the learning rate, on a logarithmic axis, with the two marks of a search."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.rate_search import HIGHEST, LOWEST, RateSearch
from networks.runs.series import Floats
from widgets.look import theme

_BELOW = 20
"""Pixels for the words of the axis."""


class RatePlot(QWidget):
    """Draws the smoothed loss of each seed thinly, their mean strongly, and both marks as lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = RateSearch(())
        self._rate = 0.0
        self.setObjectName("rate_plot")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Loss against the learning rate"))

    def show_search(self, search: RateSearch, rate: float) -> None:
        """Draws what was measured; `rate` is the learning rate of the recipe."""
        self._search, self._rate = search, rate
        self.update()

    @property
    def search(self) -> RateSearch:
        """What is drawn."""
        return self._search

    def sizeHint(self) -> QSize:
        return QSize(520, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL))
        self._paint_axis(painter, QColor(shade.border), QColor(shade.text_dim))
        mean = self._search.mean
        if len(mean):
            accent = QColor(shade.accent)
            faint = theme.mixed(QColor(shade.panel), accent, 0.35)
            for losses in self._search.smoothed:
                painter.setPen(QPen(faint, 1))
                painter.drawPolyline(QPolygonF(self._points(losses)))
            painter.setPen(QPen(accent, 2))
            painter.drawPolyline(QPolygonF(self._points(mean)))
        for mark, color in (
            (self._rate, shade.text_dim),
            (self._search.steepest, shade.run_texts[1]),
            (self._search.tenth, shade.run_texts[2]),
        ):
            if mark:
                painter.setPen(QPen(QColor(color), 1.5, Qt.PenStyle.DashLine))
                x = self._across(mark)
                painter.drawLine(QPointF(x, 0), QPointF(x, self.height() - _BELOW))
        painter.end()

    def _paint_axis(self, painter: QPainter, line: QColor, words: QColor) -> None:
        for power in range(round(math.log10(LOWEST)), round(math.log10(HIGHEST)) + 1):
            x = self._across(10.0**power)
            painter.setPen(QPen(line, 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height() - _BELOW))
            painter.setPen(words)
            place = QRectF(x - 30, self.height() - _BELOW + 2, 60, _BELOW - 2)
            place.moveLeft(min(max(place.left(), 0.0), self.width() - place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, f"{10.0**power:g}".replace("e-0", "e-"))

    def _across(self, rate: float) -> float:
        share = math.log(rate / LOWEST) / math.log(HIGHEST / LOWEST)
        return 6 + share * (self.width() - 12)

    def _points(self, losses: Floats) -> list[QPointF]:
        mean = self._search.mean
        low = float(min(each.min() for each in self._search.smoothed))
        # what explodes at the end would press all the rest together
        high = max(float(mean[0]) * 1.3, low * 1.5)
        heights = (np.minimum(losses, high) - low) / max(high - low, 1e-9)
        room = self.height() - _BELOW - 12
        return [
            QPointF(self._across(rate), 6 + room * (1 - height))
            for rate, height in zip(self._search.rates.tolist(), heights.tolist(), strict=True)
        ]
