"""A small card beside a point of the plot: the picture, and what the network made of it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from widgets.look import theme

_PICTURE, _PAD = 36, 6


class Callout(msgspec.Struct, frozen=True, eq=False):
    """What is told of one image: the first line ends in its loss."""

    picture: QImage
    first: str
    loss: str
    second: str

    def words(self) -> str:
        """All of it in one line, for screen readers."""
        return f"{self.first} {self.loss}. {self.second}"


def callout_place(callout: Callout, point: QPointF, within: QRectF) -> QRectF:
    """Where the card stands: beside a point, on the side that has room."""
    plain, bold = theme.font(theme.SMALL), theme.font(theme.SMALL, bold=True, mono=True)
    metrics, figures = QFontMetricsF(plain), QFontMetricsF(bold)
    first = metrics.horizontalAdvance(callout.first) + 5
    words = max(first + figures.horizontalAdvance(callout.loss), metrics.horizontalAdvance(callout.second))
    width, height = _PICTURE + words + 3.5 * _PAD, _PICTURE + 2 * _PAD
    left = point.x() + 40
    if left + width > within.right():
        left = point.x() - 40 - width
    left = max(left, within.left() + 4)
    top = min(max(point.y() - height / 2, within.top() + 2), within.bottom() - height - 2)
    return QRectF(left, top, width, height)


def paint_callout(
    painter: QPainter, shade: theme.Colors, callout: Callout, point: QPointF, within: QRectF
) -> None:
    """Paints the card, and a line from it to its point."""
    card = callout_place(callout, point, within)
    plain, bold = theme.font(theme.SMALL), theme.font(theme.SMALL, bold=True, mono=True)
    metrics = QFontMetricsF(plain)
    first = metrics.horizontalAdvance(callout.first) + 5
    painter.setPen(QPen(QColor(shade.error), 1.5))
    edge = card.left() if card.left() > point.x() else card.right()
    painter.drawLine(point, QPointF(edge, min(max(point.y(), card.top() + 8), card.bottom() - 8)))
    painter.setPen(QPen(QColor(shade.border), 1))
    painter.setBrush(QColor(shade.card))
    painter.drawRoundedRect(card, 7, 7)
    painter.drawImage(QRectF(card.left() + _PAD, card.top() + _PAD, _PICTURE, _PICTURE), callout.picture)
    x = card.left() + _PICTURE + 2 * _PAD
    middle = card.center().y()
    painter.setFont(plain)
    painter.setPen(QColor(shade.text))
    painter.drawText(QPointF(x, middle - 4), callout.first)
    painter.setFont(bold)
    painter.setPen(QColor(shade.error))
    painter.drawText(QPointF(x + first, middle - 4), callout.loss)
    painter.setFont(plain)
    painter.setPen(QColor(shade.text_dim))
    painter.drawText(QPointF(x, middle + metrics.ascent() + 1), callout.second)
