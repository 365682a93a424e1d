"""A sentence about something wrong, unwise, right or at hand, on a coloured ground, with an icon."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.icon import paint_icon

NoticeKind = Literal["error", "warning", "success", "steers"]
_ICON = 16


class Notice(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, kind: NoticeKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE * 2 + _ICON, theme.SPACE, theme.SPACE, theme.SPACE)
        row.addWidget(self._text)
        self.hide()

    def show_sentence(self, sentence: str) -> None:
        """Says this; hides the notice if it is empty."""
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def sentence(self) -> str:
        """What it says."""
        return self._text.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        color, panel = {
            "error": (shade.error, shade.error_panel),
            "warning": (shade.warning, shade.warning_panel),
            "success": (shade.success, shade.ok_soft),
            "steers": (shade.warning, shade.warning_panel),
        }[self._kind]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(color if self._kind in ("error", "warning") else panel))
        painter.setBrush(QColor(panel))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        top = self._text.geometry().top() + (self._text.fontMetrics().height() - _ICON) / 2
        symbol = {"success": "check", "steers": "bolt"}.get(self._kind, self._kind)
        paint_icon(painter, symbol, QRectF(theme.SPACE, top, _ICON, _ICON), QColor(color))
        painter.end()
