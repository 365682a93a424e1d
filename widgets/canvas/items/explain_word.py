"""The word “Explain” on a card under the pointer or selected: a click on it explains the layer."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from widgets.canvas.items.content import CardContent
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import HEIGHT

_PADDING, _HEIGHT, _GAP = 8.0, 20.0, 8.0


def can_explain(content: CardContent) -> bool:
    """Whether there is something to explain: it takes part, and nothing is wrong with it."""
    return not content.idle and (not content.problem or content.unwise)


def explain_place(end: float, style: Style) -> QRectF:
    """Where the word stands on a card, up to `end`, from the middle of the card's upper edge."""
    width = style.text_metrics.horizontalAdvance(_word()) + 2 * _PADDING
    return QRectF(end - width, (HEIGHT - _HEIGHT) / 2, width, _HEIGHT)


def paint_explain(painter: QPainter, end: float, style: Style) -> float:
    """Paints it; gives the width that it takes, with some room before it."""
    place = explain_place(end, style)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(style.colors.accent_soft))
    painter.drawRoundedRect(place, 5, 5)
    painter.setFont(style.text)
    painter.setPen(QColor(style.colors.accent_text))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _word())
    return place.width() + _GAP


def _word() -> str:
    return QCoreApplication.translate("Canvas", "Explain")
