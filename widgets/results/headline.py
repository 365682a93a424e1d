"""The few large figures of a judgement, each with a caption, side by side in as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme

Tone = Literal["plain", "right", "wrong"]


class Figure(NamedTuple):
    """A caption, the figure below it, and what stands small behind the figure."""

    caption: str
    parts: tuple[tuple[str, Tone], ...]
    behind: str = ""


_GAP, _LINE, _LARGE = 26, 16, 26


class Headline(QWidget):
    """Paints the figures; screen readers get them as one sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: tuple[Figure, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Shows these, in this order."""
        self._figures = tuple(figures)
        told = [
            " ".join((each.caption + ":", *(text for text, _ in each.parts), each.behind)).strip()
            for each in figures
        ]
        self.setAccessibleName(". ".join(told))
        self.updateGeometry()
        self.update()

    def figures(self) -> tuple[Figure, ...]:
        """What is shown."""
        return self._figures

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = len(self._rows(width))
        return rows * theme.grown(_LINE + _LARGE) + max(0, rows - 1) * 10

    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(480))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.grown(_LINE + _LARGE))

    def _width(self, figure: Figure) -> float:
        small = QFontMetricsF(theme.font(theme.SMALL))
        large = QFontMetricsF(theme.font(theme.HUGE, bold=True))
        below = sum(large.horizontalAdvance(text + " ") for text, _ in figure.parts)
        return max(small.horizontalAdvance(figure.caption), below + small.horizontalAdvance(figure.behind))

    def _rows(self, width: int) -> list[list[tuple[Figure, float]]]:
        """The figures of each row with the places of their left edges."""
        rows: list[list[tuple[Figure, float]]] = []
        x = 0.0
        for figure in self._figures:
            wide = self._width(figure)
            if not rows or x + wide > width:
                rows.append([])
                x = 0.0
            rows[-1].append((figure, x))
            x += wide + _GAP
        return rows

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        colors = {"plain": shade.text, "right": shade.success, "wrong": shade.error}
        painter = QPainter(self)
        small, large = theme.font(theme.SMALL), theme.font(theme.HUGE, bold=True)
        line, tall = theme.grown(_LINE), theme.grown(_LARGE)
        top, middle = 0.0, Qt.AlignmentFlag.AlignVCenter
        for row in self._rows(self.width()):
            for figure, left in row:
                painter.setFont(small)
                painter.setPen(QColor(shade.text_dim))
                room = self.width() - left
                caption = QFontMetricsF(small).elidedText(figure.caption, Qt.TextElideMode.ElideRight, room)
                painter.drawText(QRectF(left, top, room, line), middle, caption)
                x = left
                painter.setFont(large)
                for text, tone in figure.parts:
                    painter.setPen(QColor(colors[tone]))
                    painter.drawText(QRectF(x, top + line, self.width(), tall), middle, text)
                    x += QFontMetricsF(large).horizontalAdvance(text + " ")
                painter.setFont(small)
                painter.setPen(QColor(shade.text_dim))
                painter.drawText(QRectF(x, top + line + 3, self.width(), tall), middle, figure.behind)
            top += line + tall + 10
        painter.end()
