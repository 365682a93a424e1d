"""Both sides of a comparison over the epochs, their difference, and the difference with each seed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.record import Record
from networks.runs.series import Floats
from networks.runs.twins.comparison import (
    Band,
    Comparison,
    came_to_its_end,
    curve,
    deviation_band,
    difference,
    difference_band,
)
from networks.runs.twins.conclusion import NAMES
from widgets.curves import ticks
from widgets.look import theme
from widgets.look.translation import declared, said

_LEFT, _RIGHT, _TITLE, _LEGEND, _AXIS, _GAP = 58, 22, 22, 18, 20, 8
_CURVES, _DIFFERENCE, _SEEDS = 110, 64, 36
"""The least heights in pixels at the usual size of text; where there is more room, the upper two grow."""
_MOST_POINTS, _LEAST_POINTS = 400, 16
"""Of a line: more cannot be told apart, and where there are many lines each has fewer."""
_SMOOTH = 10
"""Up to this many lines have smooth edges."""
_ALL_POINTS = 6_000
"""Of all lines of a part, so that a hundred seeds are drawn within a frame."""


_DOT = 4.0
"""The radius of the dot of a seed."""


class Scale(NamedTuple):
    """Where values lie in a rectangle."""

    place: QRectF
    left: float
    right: float
    low: float
    high: float

    def at(self, x: float, y: float) -> QPointF:
        """The point of two values."""
        return QPointF(self.across(x), self.up(y))

    def points(self, x: Floats, y: Floats) -> list[QPointF]:
        """The points of many values."""
        across = self.place.left() + (x - self.left) * (self.place.width() / (self.right - self.left))
        up = self.place.bottom() - (y - self.low) * (self.place.height() / (self.high - self.low))
        return [QPointF(left, top) for left, top in zip(across.tolist(), up.tolist(), strict=True)]

    def across(self, x: float) -> float:
        """The place of a value on the horizontal axis."""
        return self.place.left() + (x - self.left) / (self.right - self.left) * self.place.width()

    def up(self, y: float) -> float:
        """The place of a value on the vertical axis."""
        return self.place.bottom() - (y - self.low) / (self.high - self.low) * self.place.height()


class TwinsPlot(QWidget):
    """Thin lines are single runs, strong ones their mean; a band is one standard deviation of the runs, or
    the 95 % interval of the mean difference. Nothing is drawn that was not measured.
    """

    def __init__(self, parent: QWidget | None = None, *, seeds: bool = True) -> None:
        """Without `seeds` the last part is left out, which says what each seed has given."""
        super().__init__(parent)
        self._seeds = seeds
        self._comparison: Comparison | None = None
        self._colors: Sequence[int] = (0, 1)
        self.setObjectName("twins_plot")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_comparison(self, comparison: Comparison | None, colors: Sequence[int] = (0, 1)) -> None:
        """Draws what was measured so far; `colors` are the numbers of those of the sides."""
        self._colors = colors
        paired = self._comparison is not None and self._comparison.paired
        self._comparison = comparison
        if comparison is not None and comparison.paired != paired:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, self._least() + theme.grown(120))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self._least())

    def _least(self) -> int:
        heights = [_CURVES, *([_SEEDS] if self._seeds else [])]
        if self._comparison is not None and self._comparison.paired:
            heights.append(_DIFFERENCE)
        parts = sum(theme.grown(height + _TITLE + _AXIS + _GAP) for height in heights)
        return parts + (theme.grown(_LEGEND) if _DIFFERENCE in heights else 0)

    def _height(self, least: float) -> float:
        """The height of one of the upper parts: its least one, and its share of the room that is left."""
        paired = self._comparison is not None and self._comparison.paired
        share = least / (_CURVES + _DIFFERENCE) if paired else 1.0
        return theme.grown(least) + share * max(0, self.height() - self._least())

    def paintEvent(self, event: QPaintEvent) -> None:
        comparison = self._comparison
        if comparison is None:
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self._paint_curves(painter, shade, comparison)
        if comparison.paired:
            top = self._paint_difference(painter, shade, comparison, top)
        if self._seeds:
            self._paint_seeds(painter, shade, comparison, top)
        painter.end()

    # the three parts

    def _paint_curves(self, painter: QPainter, shade: theme.Colors, comparison: Comparison) -> float:
        measure = comparison.measure
        name = declared(measure.name)
        title = self.tr("{measure} after each epoch").format(measure=name[:1].upper() + name[1:])
        legend = theme.grown(_LEGEND) if comparison.paired else 0
        place = self._place(painter, shade, 0, self._height(_CURVES), title).translated(0, legend)
        lines = [[curve(run.record, measure) for run in side.runs] for side in comparison.sides]
        bands = [self._mean(comparison, index) for index in range(len(lines))]
        scale = self._scale(place, comparison, [*(line for each in lines for line in each)])
        self._paint_axes(painter, shade, scale, percent=measure.quantity.format == "percent")
        for index, (runs, band) in enumerate(zip(lines, bands, strict=True)):
            color = QColor(shade.runs[self._colors[index] % len(shade.runs)])
            _paint_band(painter, scale, band, theme.mixed(QColor(shade.panel), color, 0.18))
            faint = theme.mixed(QColor(shade.panel), color, 0.45 if len(band.epochs) else 1.0)
            _paint_lines(painter, scale, runs, QPen(faint, 1))
            _paint_line(painter, scale, band.epochs, band.mean, QPen(color, 2.2))
        self._paint_names(painter, shade, comparison)
        return place.bottom() + theme.grown(_AXIS + _GAP)

    def _mean(self, comparison: Comparison, side: int) -> Band:
        """The mean of the runs that came to their end, where there are several."""
        ended = [run.record for run in comparison.sides[side].runs if came_to_its_end(run.record)]
        return deviation_band(ended if len(ended) > 1 else [], comparison.measure)

    def _paint_difference(
        self, painter: QPainter, shade: theme.Colors, comparison: Comparison, top: float
    ) -> float:
        measure, pairs = comparison.measure, _pairs(comparison)
        percent = measure.quantity.format == "percent"
        title = self.tr("Difference, B − A, in points") if percent else self.tr("Difference, B − A")
        place = self._place(painter, shade, top, self._height(_DIFFERENCE), title)
        lines = [difference(*pair, measure) for pair in pairs]
        ended = [pair for pair in pairs if all(map(came_to_its_end, pair))]
        band = difference_band(ended if len(ended) > 1 else [], measure, comparison.grain)
        scale = self._scale(place, comparison, [with_band([*lines, np.zeros(1)], band)])
        self._paint_axes(painter, shade, scale, percent=percent, points=True)
        _paint_band(painter, scale, band, theme.mixed(QColor(shade.panel), QColor(shade.text_dim), 0.22))
        painter.setPen(QPen(QColor(shade.border_strong), 1))
        painter.drawLine(scale.at(scale.left, 0), scale.at(scale.right, 0))
        text = QColor(shade.text)
        faint = theme.mixed(QColor(shade.panel), text, 0.4 if len(band.epochs) else 1.0)
        _paint_lines(painter, scale, lines, QPen(faint, 1))
        _paint_line(painter, scale, band.epochs, band.mean, QPen(text, 2.2))
        return place.bottom() + theme.grown(_AXIS + _GAP)

    def _paint_seeds(
        self, painter: QPainter, shade: theme.Colors, comparison: Comparison, top: float
    ) -> None:
        """A dot for each seed, and a bar for what is known of their mean."""
        paired = comparison.paired
        title = self.tr("Each seed, and their mean")
        if paired:
            title = self.tr("Difference with each seed, and the 95 % interval of their mean")
        place = self._place(painter, shade, top, theme.grown(_SEEDS), title)
        values = [each[-1] - each[0] if paired else each[0] for each in comparison.outcomes().values()]
        found = comparison.differences if paired else comparison.spread_of(0)
        if found is None:
            return
        bounds = [*values, *([0.0] if paired else [])]
        if not math.isnan(found.low):
            bounds += [found.low, found.high]
        low, high = _widened(min(bounds), max(bounds))
        scale = Scale(place, low, high, 0.0, 1.0)
        self._paint_below(painter, shade, scale, comparison, points=paired)
        middle = place.center().y()
        if paired:
            painter.setPen(QPen(QColor(shade.border_strong), 1))
            painter.drawLine(QPointF(scale.across(0), place.top()), QPointF(scale.across(0), place.bottom()))
        if not math.isnan(found.low):
            bar = QColor(shade.success if paired and found.decided else shade.text_dim)
            painter.fillRect(
                QRectF(
                    QPointF(scale.across(found.low), middle - 7),
                    QPointF(scale.across(found.high), middle + 7),
                ),
                theme.mixed(QColor(shade.panel), bar, 0.25),
            )
            painter.setPen(QPen(bar, 2))
            painter.drawLine(
                QPointF(scale.across(found.mean), middle - 11), QPointF(scale.across(found.mean), middle + 11)
            )
        painter.setPen(QPen(QColor(shade.panel), 1))
        painter.setBrush(QColor(shade.accent))
        places = [scale.across(value) for value in values]
        for x, y in zip(places, apart(places, place.height() / 2 - _DOT), strict=True):
            painter.drawEllipse(QPointF(x, middle + y), _DOT, _DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    # axes and words

    def _place(self, painter: QPainter, shade: theme.Colors, top: float, height: float, title: str) -> QRectF:
        """Writes the title of a part, and gives the rectangle below it."""
        painter.setFont(theme.font(theme.DENSE, bold=True))
        painter.setPen(QColor(shade.text))
        head = theme.grown(_TITLE)
        room = QRectF(0, top, self.width(), head)
        words = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        left = theme.grown(_LEFT)
        return QRectF(left, top + head, self.width() - left - _RIGHT, height)

    def _scale(self, place: QRectF, comparison: Comparison, lines: Iterable[Floats]) -> Scale:
        values = np.concatenate([np.empty(0), *lines])
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        return Scale(place, 0.0, ticks.end_of_epochs(comparison.epochs), *_widened(low, high))

    def _paint_axes(
        self, painter: QPainter, shade: theme.Colors, scale: Scale, *, percent: bool, points: bool = False
    ) -> None:
        painter.setFont(theme.font(theme.SMALL))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in ticks.at_least_two(scale.low, scale.high, int(scale.place.height() / 32)):
            y = scale.up(value)
            painter.setPen(QPen(QColor(shade.grid), 1))
            painter.drawLine(QPointF(scale.place.left(), y), QPointF(scale.place.right(), y))
            painter.setPen(QColor(shade.text_dim))
            label = _label(value, percent=percent, points=points)
            painter.drawText(QRectF(0, y - 9, scale.place.left() - 6, 18), right, label)
        for value in ticks.linear(scale.left, scale.right, max(2, int(scale.place.width() / 60))):
            painter.setPen(QColor(shade.text_dim))
            self._paint_label(painter, scale, value, ticks.number(value))

    def _paint_below(
        self, painter: QPainter, shade: theme.Colors, scale: Scale, comparison: Comparison, *, points: bool
    ) -> None:
        painter.setFont(theme.font(theme.SMALL))
        percent = comparison.measure.quantity.format == "percent"
        for value in ticks.linear(scale.left, scale.right, max(2, int(scale.place.width() / 80))):
            x = scale.across(value)
            painter.setPen(QPen(QColor(shade.grid), 1))
            painter.drawLine(QPointF(x, scale.place.top()), QPointF(x, scale.place.bottom()))
            painter.setPen(QColor(shade.text_dim))
            self._paint_label(painter, scale, value, _label(value, percent=percent, points=points))

    def _paint_label(self, painter: QPainter, scale: Scale, value: float, label: str) -> None:
        below = QRectF(scale.across(value) - 40, scale.place.bottom() + 2, 80, theme.grown(_AXIS) - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, label)

    def _paint_names(self, painter: QPainter, shade: theme.Colors, comparison: Comparison) -> None:
        """Which colour is which side, in a line below the title."""
        if not comparison.paired:
            return
        painter.setFont(theme.font(theme.SMALL, bold=True))
        x, top, tall = 0.0, theme.grown(_TITLE) - 2, theme.grown(_LEGEND)
        for index, (side, color) in enumerate(zip(comparison.sides, self._colors, strict=True)):
            line = QColor(shade.runs[color % len(shade.runs)])
            painter.fillRect(QRectF(x, top + tall / 2 - 1, 14, 3), line)
            words = f"{NAMES[index]} {said(side.words)}"
            room = int(self.width() - x) - 24 if index else self.width() // 2
            words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
            wide = painter.fontMetrics().horizontalAdvance(words)
            painter.setPen(QColor(shade.run_texts[color % len(shade.run_texts)]))
            painter.drawText(QRectF(x + 20, top, wide + 2, tall), Qt.AlignmentFlag.AlignVCenter, words)
            x += wide + 40


def _pairs(comparison: Comparison) -> list[tuple[Record, Record]]:
    """The records of both sides, seed by seed, as soon as both have begun."""
    one, other = ({run.seed: run.record for run in side.runs} for side in comparison.sides)
    return [(one[seed], other[seed]) for seed in one if seed in other]


def apart(places: Sequence[float], most: float) -> list[float]:
    """How far from the middle each dot is drawn, at most `most`, so that dots at one place are all seen."""
    found: list[float] = []
    for number, place in enumerate(places):
        here = sum(abs(place - other) < 2 * _DOT for other in places[:number])
        reach = min(most, 1.5 * _DOT * ((here + 1) // 2))
        found.append(-reach if here % 2 else reach)
    return found


def with_band(lines: Sequence[Floats], band: Band) -> Floats:
    """What the axis reaches to: all lines, and the band as far as they are still told apart.

    Two seeds leave an interval many times as wide as what was measured.
    """
    values = np.concatenate(lines)
    values = values[np.isfinite(values)]
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    bounds = np.concatenate((band.low, band.high))
    bounds = bounds[np.isfinite(bounds)]
    return np.concatenate((values, np.clip(bounds, low - (high - low), high + (high - low))))


def _widened(low: float, high: float) -> tuple[float, float]:
    """A little room below and above, also around a single value."""
    reach = 0.06 * (high - low) or 0.1 * abs(high) or 0.01
    return low - reach, high + reach


def _label(value: float, *, percent: bool, points: bool) -> str:
    if not percent:
        return ticks.number(value).replace("-", "−")
    # a difference of shares is in points, not in per cent of something
    text = f"{100 * value:.6g}" if points else ticks.percent(value)
    return text.replace("-", "−")


def _paint_lines(painter: QPainter, scale: Scale, lines: Sequence[Floats], pen: QPen) -> None:
    """Values after each epoch, from the first on."""
    most = max(_LEAST_POINTS, min(_MOST_POINTS, _ALL_POINTS // max(1, len(lines))))
    # where lines lie close together, smooth edges cost five times the time and show nothing more
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(lines) <= _SMOOTH)
    for values in lines:
        _paint_line(painter, scale, np.arange(1.0, len(values) + 1), values, pen, most)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _paint_line(
    painter: QPainter, scale: Scale, epochs: Floats, values: Floats, pen: QPen, most: int = _MOST_POINTS
) -> None:
    finite = np.flatnonzero(np.isfinite(values))
    finite = finite[_thinned(len(finite), most)]
    points = scale.points(epochs[finite], values[finite])
    painter.setPen(pen)
    if len(points) == 1:
        painter.drawEllipse(points[0], 1.5, 1.5)
    painter.drawPolyline(QPolygonF(points))


def _paint_band(painter: QPainter, scale: Scale, band: Band, color: QColor) -> None:
    if not np.isfinite(band.low).any():
        return
    # what lies beyond the axis is cut off at its ends
    low, high = (np.clip(each, scale.low, scale.high) for each in (band.low, band.high))
    if len(band.epochs) == 1:
        painter.setPen(QPen(color, 7))
        painter.drawLine(scale.at(band.epochs[0], low[0]), scale.at(band.epochs[0], high[0]))
        return
    some = _thinned(len(band.epochs), _MOST_POINTS)
    upper, lower = (scale.points(band.epochs[some], each[some]) for each in (high, low))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _thinned(count: int, most: int) -> NDArray[np.int64]:
    """The places of about this many points, evenly spread; the first and the last one stay."""
    stride = max(1, -(-count // most))
    places = np.arange(0, count, stride)
    if count and (count - 1) % stride:
        places = np.append(places, count - 1)
    return places
