"""A line of text, or a few, that ends in “…” if there is no room, with the whole text as hover help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.plain import plain_hint

Tone = Literal["text", "text_dim", "success", "error"]
"""Which of a theme's colours; asked for whenever it is painted, as the theme may change meanwhile."""


class ElidedLabel(QWidget):
    """Shows a few lines of plain text; `clicked` is emitted if `set_clickable` asked for it."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None, *, lines: int = 1) -> None:
        super().__init__(parent)
        self._lines = lines
        self._text = self._shorter = ""
        self._tone: Tone = "text_dim"
        self._clickable = False
        self.setFont(theme.font(theme.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str, tone: Tone = "text_dim", *, shorter: str = "") -> None:
        """Shows this text in one of the theme's colours, or a `shorter` one where the whole has no room."""
        if (text, tone, shorter) == (self._text, self._tone, self._shorter):
            return
        self._text, self._tone, self._shorter = text, tone, shorter
        self.setToolTip(plain_hint(text))
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_clickable(self, clickable: bool) -> None:
        """Whether it may be clicked."""
        self._clickable = clickable
        shape = Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, self._lines * metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(getattr(theme.colors(self), self._tone)))
        painter.drawText(
            QRect(0, 0, self.width(), self.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            "\n".join(self.lines()),
        )
        painter.end()

    def lines(self) -> list[str]:
        """What is painted, line by line."""
        found = broken(self._text, self.fontMetrics(), self.width(), self._lines)
        if self._shorter and " ".join(found) != self._text:
            return broken(self._shorter, self.fontMetrics(), self.width(), self._lines)
        return found

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._clickable and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


def broken(text: str, metrics: QFontMetrics, width: int, most: int) -> list[str]:
    """The text in lines of this width, broken between words; the last of `most` lines may end in “…”."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1 and metrics.horizontalAdvance(rest) > width:
        words = rest.split(" ")
        count = len(words) - 1
        while count > 1 and metrics.horizontalAdvance(" ".join(words[:count])) > width:
            count -= 1
        lines.append(" ".join(words[:count]))
        rest = " ".join(words[count:])
    return [*lines, metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)]


def first_that_fits(forms: Sequence[str], metrics: QFontMetrics, width: int) -> str:
    """The first of the forms that is no wider, or else the last with “…” at its end."""
    found = next((form for form in forms if metrics.horizontalAdvance(form) <= width), None)
    return found if found is not None else metrics.elidedText(forms[-1], Qt.TextElideMode.ElideRight, width)
