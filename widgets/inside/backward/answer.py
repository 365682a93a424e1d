"""Where the gradient begins: what the network said of a picture, less what it should have said."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.explanations.core.places import Numbers
from networks.explanations.words.figures import figure
from widgets.look import theme
from widgets.look.color_scale import painted

_MOST = 10
"""How many classes are drawn; of more, those whose scores get the strongest gradient."""


class AnswerGradient(QWidget):
    """A bar for the probability of each class, a dashed one for what it should be, and below the gradient."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: Numbers = np.zeros(0)
        self._aims: Numbers = np.zeros(0)
        self._gradient: Numbers = np.zeros(0)
        self._names: tuple[str, ...] = ()
        self._label = 0
        self._chosen: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(360, theme.grown(118))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.grown(118))

    def show_answer(
        self, said: Numbers, aims: Numbers, gradient: Numbers, names: tuple[str, ...], label: int
    ) -> None:
        """Probabilities, targets and the gradient of this picture's own loss, one of each for each class."""
        self._said, self._aims, self._gradient, self._names, self._label = said, aims, gradient, names, label
        strongest = np.argsort(-np.abs(np.nan_to_num(gradient)), kind="stable")[:_MOST]
        self._chosen = tuple(sorted(strongest.tolist()))
        words = self.tr("{name}: said {said}, should be {aim}, gradient {gradient}")
        self.setAccessibleName(self.tr("Probability and gradient of each class"))
        self.setAccessibleDescription(
            "; ".join(
                words.format(
                    name=names[each],
                    said=figure(float(said[each])),
                    aim=figure(float(aims[each])),
                    gradient=figure(float(gradient[each])),
                )
                for each in self._chosen
            )
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._chosen:
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = min(theme.grown(58), self.width() / len(self._chosen))
        high, base = float(theme.grown(58)), float(theme.grown(62))
        painter.setPen(QPen(QColor(shade.border_strong), 1))
        painter.drawLine(0, int(base), int(wide * len(self._chosen)), int(base))
        strongest = float(np.abs(np.nan_to_num(self._gradient)).max()) or 1.0
        for place, each in enumerate(self._chosen):
            column = QRectF(place * wide, 0, wide, base)
            self._paint_bar(painter, shade, column, high, each)
            self._paint_figures(painter, shade, column, strongest, each)
        painter.end()

    def _paint_bar(
        self, painter: QPainter, shade: theme.Colors, column: QRectF, high: float, each: int
    ) -> None:
        inside = column.adjusted(column.width() * 0.22, 0, -column.width() * 0.22, 0)
        said, aim = (float(np.clip(np.nan_to_num(of[each]), 0, 1)) for of in (self._said, self._aims))
        bar = QRectF(inside.left(), inside.bottom() - high * said, inside.width(), high * said)
        painter.fillRect(bar, QColor(shade.border_strong))
        if aim > 0:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.success), 1.5, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(inside.left(), inside.bottom() - high * aim, inside.width(), high * aim))

    def _paint_figures(
        self, painter: QPainter, shade: theme.Colors, column: QRectF, strongest: float, each: int
    ) -> None:
        right, answer = each == self._label, each == int(np.argmax(np.nan_to_num(self._said)))
        painter.setFont(theme.font(theme.DENSE, bold=right or answer))
        color = shade.success if right else shade.error if answer else shade.text
        painter.setPen(QColor(color))
        name = QRectF(column.left(), column.bottom() + 2, column.width(), theme.grown(20))
        shown = QFontMetricsF(painter.font()).elidedText(
            self._names[each], Qt.TextElideMode.ElideRight, column.width() - 4
        )
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, shown)
        value = float(self._gradient[each])
        box = QRectF(column.left() + 2, name.bottom() + 2, column.width() - 4, theme.grown(22))
        ground = QColor.fromRgb(
            int(painted(np.array([value], np.float32), -strongest, strongest, "signed", dark=shade.dark)[0])
        )
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        light, dark = QColor("#ffffff"), QColor("#10141a")
        words = light if theme.contrast(light, ground) > theme.contrast(dark, ground) else dark
        painter.setPen(words)
        painter.setFont(theme.font(theme.SMALL, mono=True))
        # where no figures fit, the colour says it, and the description of the whole
        width = painter.fontMetrics().horizontalAdvance
        text = next((each for each in _forms(value) if width(each) <= box.width() - 2), "")
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _forms(value: float) -> tuple[str, ...]:
    """The number in ever fewer characters; one that is not 0 is never rounded to 0."""
    places = [f"{value:.{places}f}" for places in (4, 3, 2)]
    rounded = [text.replace("-", "−").replace("0.", ".", 1) for text in places if float(text) or not value]
    least = [] if len(rounded) == len(places) else [figure(value, 1)]
    return (figure(value), figure(value, 2), *rounded, *least)
