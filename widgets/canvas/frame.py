"""The frame around an open fold: a tinted field with a first line that names it and closes it again."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from networks.layers.base import Group
from widgets.canvas.content import FrameContent
from widgets.canvas.frames import HEADER, PAD
from widgets.canvas.layout import Box
from widgets.canvas.style import Style

RADIUS = 8.0
CHEVRON = 12.0
_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FrameItem(QGraphicsRectItem):
    """Paints a content around what lies in the fold; the scene sets its state."""

    def __init__(self, name: str, style: Style) -> None:
        super().__init__()
        self.setPen(QPen(Qt.PenStyle.NoPen))
        self.name = name
        self.content: FrameContent | None = None
        self.selected = False
        self._style = style

    def show_content(self, content: FrameContent, box: Box) -> None:
        """Shows this around what lies in `box`."""
        left, top, right, bottom = box
        self.content = content
        self.setRect(left - 2, top - 2, right - left + 4, bottom - top + 4)
        self.update()

    def set_state(self, *, selected: bool) -> None:
        """Marks it as selected, or no longer."""
        if selected != self.selected:
            self.selected = selected
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        content, style = self.content, self._style
        if content is None:
            return
        rect = self.rect().adjusted(2, 2, -2, -2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(style.frame_panel)
        painter.setPen(style.borders["selected"] if self.selected else style.frame)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        color = style.groups[Group.BLOCKS]
        line = QRectF(rect.left() + PAD, rect.top(), rect.width() - 2 * PAD, HEADER)
        chevron = QRectF(line.left(), line.top() + (HEADER - CHEVRON) / 2, CHEVRON, CHEVRON)
        style.paint_icon(painter, "chevron-down", chevron, color)
        left = chevron.right() + 6
        # words keep to the two ends, since wires come down through the middle
        room = line.width() / 2 - 30
        painter.setFont(style.title)
        painter.setPen(color)
        title = style.title_metrics.elidedText(content.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, line.top(), room, HEADER), _AT_LEFT, title)
        painter.setFont(style.text)
        painter.setPen(style.dim)
        words = "   ".join(filter(None, (content.summary, content.weights)))
        painter.drawText(
            line, _AT_RIGHT, style.text_metrics.elidedText(words, Qt.TextElideMode.ElideLeft, room + 10)
        )
