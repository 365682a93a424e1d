"""How a layer fares, at the right end of its card: a shape, a colour and a word that say the same."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from networks.xray.health import Health
from widgets.canvas.items.inside import Answer, Inside
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import HEIGHT
from widgets.look.translation import said

_GLYPH, _BETWEEN = 9.0, 6.0
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def paint_health(painter: QPainter, inside: Inside, end: float, style: Style) -> float:
    """Paints it up to `end`; gives the width that it takes, with some room before it."""
    word, color = word_of(inside), style.dim
    if not word:
        return 0.0
    if inside.answer is not None:
        color = _color_of(inside.answer, style)
    elif inside.health is not None and inside.health.kind == "warning":
        color = QColor(style.colors.warning)
    painter.setFont(style.text)
    painter.setPen(color)
    width = style.text_metrics.horizontalAdvance(word)
    painter.drawText(QRectF(end - width - 2, 0, width + 2, HEIGHT - 1), _AT_RIGHT, word)
    if inside.health is None or inside.answer is not None:
        return width + 10
    _paint_glyph(painter, inside.health, QPointF(end - width - _BETWEEN - _GLYPH / 2, HEIGHT / 2), style)
    return width + _BETWEEN + _GLYPH + 10


def word_of(inside: Inside) -> str:
    """What stands beside the glyph; of an Output, what the network says."""
    if inside.answer is not None:
        best = inside.answer.best
        return QCoreApplication.translate("Canvas", "says {name}, {share} %").format(
            name=inside.answer.names[best], share=f"{100 * inside.answer.probabilities[best]:.1f}"
        )
    return "" if inside.health is None else said(inside.health.word)


def glyph_of(inside: Inside) -> tuple[str, str, bool]:
    """All that the glyph and the word beside it depend on."""
    kind = "" if inside.health is None else inside.health.kind
    answer = inside.answer
    return word_of(inside), kind, answer is not None and answer.best == answer.label


def words_of(inside: Inside) -> list[str]:
    """What is shown of the inside, in words: how it fares, its numbers, and which maps there are."""
    view = inside.view
    words = [word_of(inside)] if word_of(inside) else []
    if inside.health is not None:
        words.append(said(inside.health.numbers))
    told = QCoreApplication.translate("Canvas", "For the probe: {low} to {high}, mean {mean}")
    words.append(told.format(low=f"{view.low:.4g}", high=f"{view.high:.4g}", mean=f"{view.mean:.4g}"))
    if view.maps is not None and inside.picture is None:
        shown = ", ".join(str(each) for each in view.maps.channels)
        told = QCoreApplication.translate("Canvas", "maps {shown} of {count}")
        words.append(told.format(shown=shown, count=view.maps.count))
    return words


def _color_of(answer: Answer, style: Style) -> QColor:
    if answer.label is None:
        return style.dim
    return QColor(style.colors.success if answer.best == answer.label else style.colors.error)


def _paint_glyph(painter: QPainter, health: Health, middle: QPointF, style: Style) -> None:
    """A disc for what is good, a ring for a figure, a triangle for what is worth a look."""
    if health.kind == "warning":
        place = QRectF(middle.x() - 6, middle.y() - 6, 12, 12)
        style.paint_icon(painter, "warning", place, style.warning)
    elif health.kind == "good":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(style.colors.success))
        painter.drawEllipse(middle, 4, 4)
    else:
        painter.setPen(QPen(style.dim, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, 3.5, 3.5)
