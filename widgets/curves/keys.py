"""What the kinds of lines mean, below the charts."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.measures import QUANTITIES, Quantity, variants
from widgets.curves.symbols import dashes
from widgets.look import theme
from widgets.look.translation import declared

_SAMPLE, _GAP, _LEAST_BETWEEN = 22.0, 6.0, 8.0
_ROW = 20

_STRONG, _FAINT, _DASHED = "strong", "faint", "dashed"


class _Entry(NamedTuple):
    kind: str
    variant: int
    text: str


class Keys(QWidget):
    """Explains the kinds of lines. Colours belong to runs, so the samples have none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._smooths = self._single = True
        self._quantities = [quantity for quantity in QUANTITIES if not quantity.extra]
        self._averages = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.text())

    def show_smoothing(self, smooths: bool) -> None:
        """Whether strong lines are smoothed."""
        self._smooths = smooths
        self.setAccessibleName(self.text())
        self._arrange()

    def show_averages(self, shown: bool) -> None:
        """Whether a run has averaged weights, which are judged beside its own."""
        if shown != self._averages:
            self._averages = shown
            self.setAccessibleName(self.text())
            self._arrange()

    def show_quantities(self, quantities: list[Quantity]) -> None:
        """Of which quantities there are charts."""
        self._quantities = quantities
        self.setAccessibleName(self.text())
        self._arrange()

    def show_single_steps(self, shown: bool) -> None:
        """Whether single steps are drawn beside smoothed lines."""
        self._single = shown
        self.setAccessibleName(self.text())
        self._arrange()

    def text(self) -> str:
        """All entries as text."""
        return " · ".join(entry.text for entry in self._entries())

    def sizeHint(self) -> QSize:
        return QSize(320, theme.grown(_ROW))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, theme.grown(_ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Makes room for as many rows as the entries need."""
        self.setFixedHeight(theme.grown(_ROW) * max(1, len(self._wrapped())))
        self.update()

    def _wrapped(self) -> list[list[tuple[_Entry, float]]]:
        """The entries with their widths, in rows."""
        metrics = QFontMetricsF(theme.font(theme.SMALL))
        rows: list[list[tuple[_Entry, float]]] = []
        left = 0.0
        for entry in self._entries():
            width = _SAMPLE + _GAP + metrics.horizontalAdvance(entry.text)
            if not rows or left + width > self.width():
                rows.append([])
                left = 0.0
            rows[-1].append((entry, width))
            left += width + _LEAST_BETWEEN
        return rows

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL))
        for number, row in enumerate(self._wrapped()):
            self._paint_row(painter, row, number * theme.grown(_ROW), QColor(shade.text_dim))
        painter.end()

    def _paint_row(self, painter: QPainter, row: list[tuple[_Entry, float]], top: int, color: QColor) -> None:
        widths = sum(width for _, width in row)
        between = min(18.0, max(_LEAST_BETWEEN, (self.width() - widths) / max(1, len(row) - 1)))
        x = max(0.0, (self.width() - widths - between * (len(row) - 1)) / 2)
        for entry, width in row:
            _paint_sample(painter, entry, QPointF(x, top + theme.grown(_ROW) / 2), QColor(color))
            painter.setPen(color)
            place = QRectF(x + _SAMPLE + _GAP, top, width, theme.grown(_ROW))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, entry.text)
            x += width + between

    def _entries(self) -> list[_Entry]:
        """Lines of steps, then lines of epochs; an entry that several charts share appears once."""
        lines = [
            (
                measure,
                _Entry(_DASHED if measure.each == "epoch" else _STRONG, variant, declared(measure.line)),
            )
            for quantity in self._quantities
            for measure, variant in variants(quantity)
            if self._averages or not measure.averaged
        ]
        steps = [(measure, entry) for measure, entry in lines if measure.each == "step"]
        noisy = [entry for measure, entry in steps if measure.noisy]
        smoothed = self.tr("{line}, smoothed") if self._smooths else self.tr("{line}, every step")
        entries = [entry._replace(text=smoothed.format(line=entry.text)) for entry in noisy]
        if noisy and self._smooths and self._single:
            entries.append(_Entry(_FAINT, 0, self.tr("every step")))
        entries += [entry for measure, entry in steps if not measure.noisy]
        entries += [entry for measure, entry in lines if measure.each == "epoch"]
        return list(dict.fromkeys(entries))


def _paint_sample(painter: QPainter, entry: _Entry, at: QPointF, color: QColor) -> None:
    end = at + QPointF(_SAMPLE, 0)
    if entry.kind == _FAINT:
        color.setAlpha(110)
        painter.setPen(QPen(color, 1))
        heights = (1, -4, 3, -2, 4, -4, 2, -3, 1)
        step = _SAMPLE / (len(heights) - 1)
        painter.drawPolyline(QPolygonF([at + QPointF(step * i, height) for i, height in enumerate(heights)]))
        return
    pen = QPen(color, 2 if entry.kind == _STRONG else 1.4)
    painter.setPen(dashes(pen, "step" if entry.kind == _STRONG else "key", entry.variant))
    painter.drawLine(at, end)
    if entry.kind == _DASHED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse((at + end) / 2, 3, 3)
