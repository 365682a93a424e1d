"""A heading with the name of a layer type, and its group's glyph in the group's colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.blocks.base import Block
from networks.layers.base import Layer
from widgets.look import theme
from widgets.look.icon import icon_of, paint_icon
from widgets.look.translation import declared, layers_counted


class LayerHeading(QWidget):
    """One line: glyph, name of the type, and at the right the number of layers or the name of the group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: type[Layer] | type[Block] | None = None
        self._words = ""
        self._side = ""
        self.setObjectName("heading")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_type(self, kind: type[Layer] | type[Block], count: int) -> None:
        """Shows the type that this many layers have."""
        self._side = declared(kind.group.value)
        if count > 1:
            self._side = layers_counted(count)
        self._show(kind, declared(kind.name()))

    def show_words(self, words: str) -> None:
        """Shows words in place of a layer type."""
        self._side = ""
        self._show(None, words)

    def text(self) -> str:
        """The words as shown."""
        return " · ".join(filter(None, (self._words, self._side)))

    def sizeHint(self) -> QSize:
        return QSize(120, theme.grown(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        left = 0
        if self._kind is not None:
            glyph = QRectF(0, (self.height() - 16) / 2, 16, 16)
            paint_icon(painter, icon_of(self._kind), glyph, shade.group(self._kind.group))
            left = 23
        middle = self.height() / 2
        painter.setFont(theme.font(theme.LARGE, bold=True))
        painter.setPen(QColor(shade.text))
        base = middle + painter.fontMetrics().capHeight() / 2
        painter.drawText(left, round(base), self._words)
        used = left + painter.fontMetrics().horizontalAdvance(self._words)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        start = self.width() - painter.fontMetrics().horizontalAdvance(self._side)
        if start > used + theme.SPACE:
            painter.drawText(start, round(base), self._side)
        painter.end()

    def _show(self, kind: type[Layer] | type[Block] | None, words: str) -> None:
        self._kind, self._words = kind, words
        self.setAccessibleName(self.text())
        self.update()
