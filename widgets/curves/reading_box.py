"""The values of every drawn run at the cross-hair, in a box over the charts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from networks.runs.measures import Quantity
from widgets.controls.screen_reader import tell
from widgets.curves.readings import Reading, step_words
from widgets.look import theme
from widgets.look.translation import declared

_PAD, _SWATCH, _GAP = 8.0, 15.0, 10.0
_ROW = 16.0
_WIDEST_TITLE, _LEAST_TITLE = 170.0, 36.0
"""Titles are cut to this width, and left out where less than that remains."""


class ReadingBox(QWidget):
    """A row for each run: its colour, its title, and its values, each step's own beside the smoothed one."""

    def __init__(self, quantity: Quantity, parent: QWidget) -> None:
        super().__init__(parent)
        self._quantity = quantity
        self._readings: tuple[Reading, ...] = ()
        self._rows: list[list[str]] = []
        self._heads: list[str] = []
        self._widths: list[float] = []
        self._title = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setObjectName(f"{quantity.name}_reading_box")
        self.setAccessibleName(
            self.tr("{quantity} at the cross-hair").format(quantity=declared(quantity.title))
        )
        self.hide()

    def show_readings(self, readings: tuple[Reading, ...], most: float) -> None:
        """Shows these values, in a box at most so wide; hides it if there are none."""
        self._readings = readings
        self.setVisible(bool(readings))
        if not readings:
            return
        self._heads, self._rows = self._table()
        mono, small = self._metrics()
        self._widths = [
            max(small.horizontalAdvance(head), *(mono.horizontalAdvance(row[at]) for row in self._rows))
            for at, head in enumerate(self._heads)
        ]
        figures = sum(self._widths) + _GAP * len(self._widths)
        wanted = max(small.horizontalAdvance(reading.title) for reading in readings)
        room = most - figures - 2 * _PAD - _SWATCH
        self._title = min(wanted, theme.grown(_WIDEST_TITLE), room) if room >= _LEAST_TITLE else 0.0
        size = QSize(
            round(2 * _PAD + _SWATCH + self._title + figures),
            round(2 * _PAD - 4 + theme.grown(_ROW) * (1 + len(readings))),
        )
        self.resize(size)
        tell(self, self.text())
        self.update()

    def text(self) -> str:
        """The whole table, a line for each run."""
        lines = [" ".join((self._head(), *self._heads))]
        for reading, row in zip(self._readings, self._rows, strict=True):
            lines.append(" ".join((reading.title, *filter(None, row))))
        return "\n".join(lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(shade.border))
        painter.setBrush(QColor(shade.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        y = _PAD - 2
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        if self._title:
            _, small = self._metrics()
            place = QRectF(_PAD, y, _SWATCH + self._title, theme.grown(_ROW))
            head = small.elidedText(self._head(), Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, head)
        self._paint_row(painter, y, self._heads)
        for reading, row in zip(self._readings, self._rows, strict=True):
            y += theme.grown(_ROW)
            self._paint_run(painter, y, reading, row, shade)
        painter.end()

    def _paint_run(
        self, painter: QPainter, y: float, reading: Reading, row: list[str], shade: theme.Colors
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(reading.color))
        painter.drawRoundedRect(QRectF(_PAD, y + theme.grown(_ROW) / 2 - 4, 8, 8), 2, 2)
        if self._title:
            _, small = self._metrics()
            painter.setFont(theme.font(theme.SMALL))
            painter.setPen(QColor(shade.text))
            title = small.elidedText(reading.title, Qt.TextElideMode.ElideRight, self._title)
            place = QRectF(_PAD + _SWATCH, y, self._title, theme.grown(_ROW))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(theme.font(theme.SMALL, mono=True))
        painter.setPen(QColor(shade.text))
        self._paint_row(painter, y, row)

    def _paint_row(self, painter: QPainter, y: float, cells: list[str]) -> None:
        x = self.width() - _PAD - sum(self._widths) - _GAP * (len(self._widths) - 1)
        for cell, width in zip(cells, self._widths, strict=True):
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(x, y, width, theme.grown(_ROW)), right, cell)
            x += width + _GAP

    def _table(self) -> tuple[list[str], list[list[str]]]:
        """The headings and the rows; a column for single steps only where a run has such values."""
        smoothed = [
            any(reading.values[at].own is not None for reading in self._readings)
            for at in range(len(self._readings[0].values))
        ]
        heads: list[str] = []
        for value, has_own in zip(self._readings[0].values, smoothed, strict=True):
            heads += [value.word, self.tr("this step")] if has_own else [value.word]
        rows = []
        for reading in self._readings:
            row: list[str] = []
            for value, has_own in zip(reading.values, smoothed, strict=True):
                row.append(self._quantity.figure(value.shown))
                if has_own:
                    row.append("" if value.own is None else self._quantity.figure(value.own))
            rows.append(row)
        return heads, rows

    def _head(self) -> str:
        return " · ".join(filter(None, (declared(self._quantity.title), step_words(self._readings[0]))))

    @staticmethod
    def _metrics() -> tuple[QFontMetricsF, QFontMetricsF]:
        return QFontMetricsF(theme.font(theme.SMALL, mono=True)), QFontMetricsF(theme.font(theme.SMALL))
