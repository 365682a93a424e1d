"""A chart's heading: its name, and the exact values at one step, in figures that do not jump."""

from __future__ import annotations

import math

import msgspec
from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.translation import thousands

_GAP = 8.0
_MISSING = "–"


class Reading(msgspec.Struct, frozen=True):
    """What one run has measured at one step; None where it has measured nothing there."""

    step: int | None
    training: float | None
    validation: float | None
    color: str


def loss_figure(value: float | None) -> str:
    """Four significant digits, such as `0.2137` and `1.500e-05`."""
    return _MISSING if value is None else _broken(value) or f"{value:#.4g}".removesuffix(".")


def accuracy_figure(value: float | None) -> str:
    """In percent, such as `97.22 %`."""
    return _MISSING if value is None else _broken(value) or f"{100 * value:.2f}\u202f%"


def _broken(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "" if math.isfinite(value) else "∞" if value > 0 else "−∞"


class Readings(QWidget):
    """Name to the left, values to the right: of the run in front in words, of others as far as they fit."""

    def __init__(self, metric: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metric = metric
        self._title = ""
        self._readings: tuple[Reading, ...] = ()
        self._bold = theme.font(theme.BODY, bold=True)
        self._mono = theme.font(theme.SMALL, mono=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        """The chart's name."""
        self._title = title
        self.update()

    def show_readings(self, readings: tuple[Reading, ...]) -> None:
        """The run in front first; nothing where nothing was measured."""
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
        figure = loss_figure if self._metric == "loss" else accuracy_figure
        groups = []
        for index, reading in enumerate(self._readings):
            training, validation = figure(reading.training), figure(reading.validation)
            if index:
                groups.append([("", training), ("", validation)])
                continue
            groups.append([(_word("train"), training), (_word("val"), validation)])
            if reading.step is not None:
                groups[-1].insert(0, (_word("step"), thousands(reading.step)))
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


def _word(name: str) -> str:
    words = {
        "step": QCoreApplication.translate("Readings", "step"),
        "train": QCoreApplication.translate("Readings", "train"),
        "val": QCoreApplication.translate("Readings", "val"),
    }
    return words[name]
