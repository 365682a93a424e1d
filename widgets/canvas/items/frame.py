"""The frame around an open fold, as it is painted: a tinted field with a first line that names the fold.

Where frames lie is worked out in widgets.canvas.placement.frame_layout.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.items.content import FrameContent
from widgets.canvas.items.shortening import shortened
from widgets.canvas.items.style import NO_PEN, Style
from widgets.canvas.placement.frame_layout import BETWEEN, HEADER, PAD, Stretch, stretches, take
from widgets.canvas.placement.geometry import Box

RADIUS = 8.0
CHEVRON = 12.0
_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Word(NamedTuple):
    """Some text in a frame's first line, and its place in the scene."""

    text: str
    place: QRectF


class FrameItem(QGraphicsRectItem):
    """Paints a frame's content around what lies in the fold; the scene sets its state."""

    def __init__(self, name: str, style: Style) -> None:
        super().__init__()
        self.setPen(NO_PEN)
        self.name = name
        self.content: FrameContent | None = None
        self._shown: tuple[FrameContent, Box, tuple[float, ...]] | None = None
        self._words: tuple[Word, ...] | None = None
        self.selected = False
        self._style = style

    def show_content(self, content: FrameContent, box: Box, wires: tuple[float, ...] = ()) -> None:
        """Shows this around `box`; `wires` says where wires come down through the first line."""
        if self._shown == (content, box, wires):
            return
        self._shown = content, box, wires
        left, top, right, bottom = box
        self.content, self._words = content, None
        self.setRect(left - 2, top - 2, right - left + 4, bottom - top + 4)
        self.update()

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the first line, beginning with the title; measured when they are first painted."""
        if self._words is None and self._shown is not None:
            content, (left, top, right, _), wires = self._shown
            self._words = self._placed(content, stretches(left + PAD + CHEVRON + 6, right - PAD, wires), top)
        return self._words or ()

    def _placed(self, content: FrameContent, free: list[Stretch], top: float) -> tuple[Word, ...]:
        """The title at the left, the rest at the right, each between two wires and never across one."""
        style = self._style
        if not free:
            return ()
        start, end = free[0]
        width = min(style.title_metrics.horizontalAdvance(content.title) + 1, end - start)
        title = style.title_metrics.elidedText(content.title, Qt.TextElideMode.ElideRight, width)
        words = [Word(title, QRectF(start, top, width, HEADER))]
        free[0] = start + width + BETWEEN, end
        for text in filter(None, (content.weights, content.summary)):
            width = style.text_metrics.horizontalAdvance(text) + 1
            room = take(free, width)
            if room is None:  # as many of its words as there is room for
                room = max(free, key=lambda stretch: stretch[1] - stretch[0])
                width = room[1] - room[0]
                text = shortened(text, style.text_metrics, width - 1)
            if text:
                words.append(Word(text, QRectF(room[0], top, width, HEADER)))
        return tuple(words)

    def set_state(self, *, selected: bool) -> None:
        """Marks it as selected or not."""
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
        painter.setBrush(style.frame_panels[min(content.depth, len(style.frame_panels) - 1)])
        painter.setPen(style.borders["selected"] if self.selected else style.frame)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        color = style.block_text
        chevron = QRectF(rect.left() + PAD, rect.top() + (HEADER - CHEVRON) / 2, CHEVRON, CHEVRON)
        style.paint_icon(painter, "chevron-down", chevron, color)
        for index, word in enumerate(self.words):
            painter.setFont(style.text if index else style.title)
            painter.setPen(style.dim if index else color)
            painter.drawText(word.place, _AT_LEFT, word.text)
