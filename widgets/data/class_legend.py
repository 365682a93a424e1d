"""What the colours of the bars mean, above the grid."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme


class ClassLegend(QWidget):
    """One quiet line; at its right what is particular about what is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_about(self, words: str) -> None:
        """Says something about what is shown."""
        self._about = words
        self.setAccessibleName(words)
        self.update()

    def about(self) -> str:
        """What is said about what is shown."""
        return self._about

    def sizeHint(self) -> QSize:
        return QSize(200, theme.grown(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL))
        left, height = 2.0, self.height()
        middle = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for words, color in (
            (self.tr("class"), ""),
            (self.tr("training"), shade.accent),
            (self.tr("held back"), shade.border_strong),
        ):
            if color:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(color))
                painter.drawRoundedRect(QRectF(left, height / 2 - 4, 8, 8), 2, 2)
                left += 13
            painter.setPen(QColor(shade.text_dim))
            painter.drawText(QRectF(left, 0, self.width(), height), middle, words)
            left += painter.fontMetrics().horizontalAdvance(words) + 14
        room = QRectF(left, 0, self.width() - left, height)
        about = painter.fontMetrics().elidedText(
            self._about, Qt.TextElideMode.ElideRight, int(max(0, room.width()))
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), about)
        painter.end()
