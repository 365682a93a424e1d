"""A sentence with an icon before it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.plain import plain_hint

Tone = Literal["success", "warning", "error"]
_ICON = 14


class IconLine(QWidget):
    """Small text that wraps; the icon, not only its colour, tells what kind of sentence it is."""

    def __init__(self, icon: str, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._tone = icon, tone
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setFont(theme.font(theme.SMALL))
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(_ICON + 7, 0, 0, 0)
        row.addWidget(self._text)

    def show_sentence(self, sentence: str, spoken: str = "") -> None:
        """Shows this; `spoken` is for screen readers and puts the icon's meaning into words."""
        self._text.setText(sentence)
        self._text.setAccessibleName(spoken or sentence)
        self.setToolTip(plain_hint(spoken))

    def sentence(self) -> str:
        """What it says."""
        return self._text.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        color = {"success": shade.success, "warning": shade.warning, "error": shade.error}[self._tone]
        painter = QPainter(self)
        top = self._text.geometry().top() + (self._text.fontMetrics().height() - _ICON) / 2
        paint_icon(painter, self._icon, QRectF(0, top, _ICON, _ICON), QColor(color))
        painter.end()
