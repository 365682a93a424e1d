"""A chart's heading: its name and the exact values at one step, in digits of equal width."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.measures import Quantity
from widgets.controls.screen_reader import tell
from widgets.look import theme
from widgets.look.translation import declared, thousands

_GAP = 8.0
_LEVELS = 4
"""How many ways there are to write the values, each shorter than the one before."""


class ReadValue(msgspec.Struct, frozen=True):
    """A value of the line that one looks at, with the word before it; None for what was not measured.

    `own` is the value of the step itself, where the line is smoothed.
    """

    word: str
    shown: float | None
    own: float | None = None


class Reading(msgspec.Struct, frozen=True):
    """A run's values at one step."""

    title: str
    step: int | None
    values: tuple[ReadValue, ...]
    color: str


def step_words(reading: Reading) -> str:
    """`step 363`; empty where there is no step."""
    if reading.step is None:
        return ""
    return QCoreApplication.translate("Readings", "step {step}").format(step=thousands(reading.step))


class Readings(QWidget):
    """The name on the left, values on the right: with words for the run in front, then others as they fit.

    Where it is narrow, first the steps' own values go, then the step, then the words.
    """

    def __init__(self, quantity: Quantity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quantity = quantity
        self._title = declared(quantity.title)
        self.setAccessibleName(self._title)
        self._note = ""
        self._boxed = False
        self._readings: tuple[Reading, ...] = ()
        self._bold = theme.font(theme.BODY, bold=True)
        self._small = theme.font(theme.SMALL)
        self._mono = theme.font(theme.SMALL, mono=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_note(self, note: str) -> None:
        """Says something about the axis behind the title, where there is room; empty says nothing."""
        if note != self._note:
            self._note = note
            self.update()

    def show_boxed(self, boxed: bool) -> None:
        """Whether the values stand in a box over the chart, so that the heading leaves them out."""
        if boxed != self._boxed:
            self._boxed = boxed
            self.update()

    def show_readings(self, readings: tuple[Reading, ...]) -> None:
        """Shows these values, the run in front first."""
        if readings != self._readings:
            self._readings = readings
            self.update()

    def describe(self) -> None:
        """Tells screen readers the values that are shown now: not with each step, or they would never end."""
        tell(self, self.text())

    def text(self) -> str:
        """All values as a line of text."""
        return " │ ".join(
            "  ".join(f"{word} {figure}".strip() for word, figure in group) for group in self._groups(0)
        )

    def sizeHint(self) -> QSize:
        return QSize(320, theme.grown(24))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, theme.grown(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold = self._bold
        painter.setFont(bold)
        painter.setPen(QColor(shade.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._title)
        left = QFontMetricsF(bold).horizontalAdvance(self._title) + 2 * _GAP
        self._paint_values(painter, self.width() - left, shade)
        painter.end()

    def _paint_values(self, painter: QPainter, room: float, shade: theme.Colors) -> None:
        metrics = QFontMetricsF(self._mono)
        several = len(self._readings) > 1 and not self._boxed
        used = 0.0
        if not self._boxed and self._readings:
            for level in range(_LEVELS):
                groups = self._groups(level)
                widths = [_width(group, metrics, several) for group in groups]
                if widths[0] <= room:
                    break
            shown = 0
            while shown < len(groups) and sum(widths[: shown + 1]) + _GAP * shown * 1.5 <= room:
                shown += 1
            used = sum(widths[:shown]) + 1.5 * _GAP * max(0, shown - 1)
            x = self.width() - used
            painter.setFont(self._mono)
            for index, group in enumerate(groups[:shown]):
                if several:
                    self._paint_key(painter, x, self._readings[index].color)
                    x += _GAP * 1.4
                x = self._paint_group(painter, metrics, x, group, shade)
                x += 1.5 * _GAP
        if self._note and QFontMetricsF(self._small).horizontalAdvance(self._note) + used + _GAP <= room:
            painter.setFont(self._small)
            painter.setPen(QColor(shade.text_dim))
            place = QRectF(self.width() - room, 0, room, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self._note)

    def _groups(self, level: int) -> list[list[tuple[str, str]]]:
        """Pairs of word and figure, for each run; fewer on higher levels."""
        groups = []
        for index, reading in enumerate(self._readings):
            figures = []
            for value in reading.values:
                figure = self._quantity.figure(value.shown)
                if value.own is not None and level < 1:
                    figure = f"{figure} ({self._quantity.figure(value.own)})"
                figures.append(("" if index or level > 2 else value.word, figure))
            if not index and reading.step is not None and level < 2:
                figures.insert(0, ("", step_words(reading)))
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
