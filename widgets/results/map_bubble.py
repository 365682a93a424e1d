"""What appears at a point of the map: its picture, what it is, and what it was taken for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from networks.xray.data_map import DataMap
from widgets.look import theme
from widgets.panels.sample_strip import to_image
from widgets.results.picture_grid import paint_picture
from widgets.results.results import pair_words, percent

_SIDE, _WIDEST = 56, 150


class Bubble(NamedTuple):
    """One picture in words: its class and the answer, its number and how sure the network was."""

    words: str
    line: str
    right: bool
    pixels: NDArray[np.uint8] | None

    @classmethod
    def of(cls, found: DataMap, place: int, names: Sequence[str], pixels: NDArray[np.uint8] | None) -> Bubble:
        """That of the picture at this place of the map."""
        own = found.outputs
        label, answer = int(own.labels[place]), int(own.answers[place])
        words = names[label] if label == answer else pair_words(names[label], names[answer])
        line = f"#{int(own.rows[place])} · {percent(own.sureness[place], 0)}"
        return cls(words, line, label == answer, pixels)


def paint_bubble(painter: QPainter, shade: theme.Colors, bubble: Bubble, at: QPointF, room: QSize) -> None:
    """Paints it beside this point, where the room has a place for it."""
    side, large, small = (
        theme.grown(_SIDE),
        theme.font(theme.DENSE, bold=True),
        theme.font(theme.SMALL, mono=True),
    )
    metrics = QFontMetrics(large)
    widths = metrics.horizontalAdvance(bubble.words), QFontMetrics(small).horizontalAdvance(bubble.line)
    wide = min(theme.grown(_WIDEST), max(widths)) + 6
    box = QRectF(0, 0, side + wide + 26, side + 16)
    left = at.x() + 14 if at.x() + 14 + box.width() < room.width() else at.x() - 14 - box.width()
    top = min(max(2.0, at.y() - box.height() / 2), max(2.0, room.height() - box.height() - 2))
    box.moveTopLeft(QPointF(max(2.0, left), top))
    painter.setPen(QPen(QColor(shade.border_strong), 1))
    painter.setBrush(QColor(shade.card))
    painter.drawRoundedRect(box, 8, 8)
    frame = QRectF(box.left() + 8, box.top() + 8, side, side)
    paint_picture(painter, frame, None if bubble.pixels is None else to_image(bubble.pixels), shade)
    words = QRectF(frame.right() + 10, box.top() + 8, wide, side)
    painter.setFont(large)
    painter.setPen(QColor(shade.text if bubble.right else shade.error))
    elided = metrics.elidedText(bubble.words, Qt.TextElideMode.ElideRight, int(wide))
    upper = words.adjusted(0, 0, 0, -side / 2)
    painter.drawText(upper, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, elided)
    painter.setFont(small)
    painter.setPen(QColor(shade.text_dim))
    painter.drawText(words.adjusted(0, side / 2 + 2, 0, 0), Qt.AlignmentFlag.AlignLeft, bubble.line)
