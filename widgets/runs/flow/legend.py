"""The legend of the gradient flow: which colour is which run, and what its line does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.look import theme
from widgets.runs.flow.plot import FlowPlot


class Entry(NamedTuple):
    """A row of the legend: the colours of its lines, the run's title, and the words of which it is part."""

    colors: list[QColor]
    run: str
    words: str
    """With `{run}` where the title stands."""

    def text(self, run: str | None = None) -> str:
        """The words with the title, or with what is given in its place."""
        return self.words.replace("{run}", self.run if run is None else run)

    def fitting(self, metrics: QFontMetrics, room: int) -> str:
        """The words as far as there is room: the title is shortened first, and what the line does last."""
        for_run = room - metrics.horizontalAdvance(self.text(""))
        run = metrics.elidedText(self.run, Qt.TextElideMode.ElideMiddle, max(0, for_run))
        return metrics.elidedText(self.text(run), Qt.TextElideMode.ElideRight, room)


class FlowLegend(QWidget):
    """Which colour is which run; or, of one run, that pale lines are early epochs."""

    def __init__(self, plot: FlowPlot) -> None:
        super().__init__()
        self._plot = plot
        self._trends: tuple[str, ...] = ()

    def sizeHint(self) -> QSize:
        return QSize(200, theme.grown(18) * max(1, len(self.entries())))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def show_trends(self, trends: Sequence[str]) -> None:
        """The lines have changed; each of several runs has these words."""
        self._trends = tuple(trends)
        self.setFixedHeight(self.sizeHint().height())
        self.setAccessibleName(", ".join(entry.text() for entry in self.entries()))
        self.update()

    def entries(self) -> list[Entry]:
        """The rows, from top to bottom."""
        lines = self._plot.lines
        if len({line.run.number for line in lines}) > 1:
            words = self.tr("{run}, epoch {epoch}: {trend}")
            return [
                Entry(
                    [self._plot.color(line)],
                    line.run.record.title,
                    words.format(run="{run}", epoch=line.flow.epoch, trend=trend),
                )
                for line, trend in zip(lines, self._trends, strict=True)
            ]
        if not lines:
            return []
        ordered = sorted(lines, key=lambda line: line.flow.epoch)
        words = self.tr("{run}: epochs {first} to {last}, later ones stronger")
        if len(ordered) == 1:
            words = self.tr("{run}: epoch {first}")
        told = words.format(run="{run}", first=ordered[0].flow.epoch, last=ordered[-1].flow.epoch)
        return [Entry([self._plot.color(line) for line in ordered], ordered[0].run.record.title, told)]

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SMALL))
        tall, wide = theme.grown(18), theme.grown(40)
        for row, entry in enumerate(self.entries()):
            count = len(entry.colors)
            for index, color in enumerate(entry.colors):
                left, right = (round(wide * at / count) for at in (index, index + 1))
                painter.fillRect(4 + left, row * tall + tall // 2 - 1, right - left, 3, color)
            painter.setPen(QColor(shade.text))
            room = self.width() - wide - 14
            fits = entry.fitting(painter.fontMetrics(), room)
            painter.drawText(wide + 12, row * tall, room, tall, int(Qt.AlignmentFlag.AlignVCenter), fits)
        painter.end()
