"""A chart's heading: its name and the exact values at one step, in digits of equal width."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.measures import Quantity
from widgets.look import theme
from widgets.look.translation import declared, thousands

_GAP = 8.0


class Reading(msgspec.Struct, frozen=True):
    """A run's values at one step, each with the word before it; None for what was not measured there."""

    step: int | None
    values: tuple[tuple[str, float | None], ...]
    color: str


class Readings(QWidget):
    """The name on the left, values on the right: with words for the run in front, then others as they fit."""

    def __init__(self, quantity: Quantity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quantity = quantity
        self._title = declared(quantity.title)
        self._readings: tuple[Reading, ...] = ()
        self._bold = theme.font(theme.BODY, bold=True)
        self._mono = theme.font(theme.SMALL, mono=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_readings(self, readings: tuple[Reading, ...]) -> None:
        """Shows these values, the run in front first."""
        if readings != self._readings:
            self._readings = readings
            self.setAccessibleName(f"{self._title} {self.text()}".strip())
            self.update()

    def text(self) -> str:
        """All values as a line of text."""
        return " │ ".join(
            "  ".join(f"{word} {figure}".strip() for word, figure in group) for group in self._groups()
        )

    def sizeHint(self) -> QSize:
        return QSize(320, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold, mono = self._bold, self._mono
        painter.setFont(bold)
        painter.setPen(QColor(shade.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._title)
        room = self.width() - QFontMetricsF(bold).horizontalAdvance(self._title) - 2 * _GAP
        painter.setFont(mono)
        groups, metrics = self._groups(), QFontMetricsF(mono)
        several = len(groups) > 1
        widths = [_width(group, metrics, several) for group in groups]
        shown = 0
        while shown < len(groups) and sum(widths[: shown + 1]) + _GAP * shown * 1.5 <= room:
            shown += 1
        x = self.width() - sum(widths[:shown]) - 1.5 * _GAP * max(0, shown - 1)
        for index, group in enumerate(groups[:shown]):
            if several:
                self._paint_key(painter, x, self._readings[index].color)
                x += _GAP * 1.4
            x = self._paint_group(painter, metrics, x, group, shade)
            x += 1.5 * _GAP
        painter.end()

    def _groups(self) -> list[list[tuple[str, str]]]:
        """Pairs of word and figure, for each run."""
        groups = []
        for index, reading in enumerate(self._readings):
            figures = [(word, self._quantity.figure(value)) for word, value in reading.values]
            if index:
                groups.append([("", figure) for _, figure in figures])
                continue
            if reading.step is not None:
                step = QCoreApplication.translate("Readings", "step")
                figures.insert(0, (step, thousands(reading.step)))
            groups.append(figures)
        return groups

    def _paint_key(self, painter: QPainter, x: float, color: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(QRectF(x, self.height() / 2 - 5, 3, 10), 1.5, 1.5)
        painter.setPen(QPen())

    def _paint_group(
        self,
        painter: QPainter,
        metrics: QFontMetricsF,
        x: float,
        group: list[tuple[str, str]],
        shade: theme.Colors,
    ) -> float:
        for index, (word, figure) in enumerate(group):
            x += _GAP if index else 0
            for text, color in ((f"{word} " if word else "", shade.text_dim), (figure, shade.text)):
                width = metrics.horizontalAdvance(text)
                painter.setPen(QColor(color))
                painter.drawText(QRectF(x, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
                x += width
        return x


def _width(group: list[tuple[str, str]], metrics: QFontMetricsF, key: bool) -> float:
    texts = [f"{word} {figure}" if word else figure for word, figure in group]
    return sum(map(metrics.horizontalAdvance, texts)) + _GAP * (len(texts) - 1) + (1.4 * _GAP if key else 0)
