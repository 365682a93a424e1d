"""What a normalization does to each channel: mean and deviation before and after it, side by side."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.xray.closeup import Normed, Reals
from widgets.inside.near.near import number
from widgets.look import theme

_HEIGHT = 132
MOST = 128
"""Channels that are drawn; of more, the first ones, which is said."""


class NormPlot(QWidget):
    """For each channel a bar from mean − deviation to mean + deviation: grey before, blue after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._normed: Normed | None = None
        self._channel = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_normed(self, normed: Normed | None, channel: int) -> None:
        """Shows this; `channel` is the chosen one."""
        self._normed, self._channel = normed, channel
        self.setVisible(normed is not None)
        if normed is not None:
            self.setAccessibleName(norm_words(normed, channel))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, theme.grown(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, theme.grown(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._normed is None:
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL))
        half = self.height() / 2
        count = min(MOST, len(self._normed.before[0]))
        for words, (means, deviations), top, color in (
            (self.tr("before"), self._normed.before, 0.0, shade.border_strong),
            (self.tr("after"), self._normed.after, half, shade.neg),
        ):
            room = QRectF(theme.grown(46), top + 4, self.width() - theme.grown(46) - 2, half - 8)
            self._paint_side(painter, means[:count], deviations[:count], room, QColor(color), shade)
            painter.setPen(QColor(shade.text_dim))
            painter.drawText(
                QRectF(0, room.top(), theme.grown(44), room.height()), Qt.AlignmentFlag.AlignVCenter, words
            )
        painter.end()

    def _paint_side(
        self,
        painter: QPainter,
        means: Reals,
        deviations: Reals,
        room: QRectF,
        color: QColor,
        shade: theme.Colors,
    ) -> None:
        means, deviations = np.nan_to_num(means), np.nan_to_num(deviations)
        low = min(0.0, float((means - deviations).min()))
        high = max(0.0, float((means + deviations).max()))
        scale = room.height() / ((high - low) or 1.0)
        step = room.width() / len(means)

        def y(value: float) -> float:
            return room.top() + (high - value) * scale

        painter.setPen(QPen(QColor(shade.hair), 1))
        painter.drawLine(QLineF(room.left(), y(0), room.right(), y(0)))
        for place, (mean, deviation) in enumerate(zip(means.tolist(), deviations.tolist(), strict=True)):
            x = room.left() + (place + 0.5) * step
            own = QColor(shade.accent) if place == self._channel else color
            painter.setPen(QPen(own, max(1.5, min(8.0, step * 0.6)), c=Qt.PenCapStyle.FlatCap))
            painter.drawLine(QPointF(x, y(mean - deviation)), QPointF(x, y(mean + deviation) - 0.5))
            painter.setPen(QPen(QColor(shade.text), 1.5))
            painter.drawLine(
                QPointF(x - min(4, step * 0.4), y(mean)), QPointF(x + min(4, step * 0.4), y(mean))
            )


def norm_words(normed: Normed, channel: int) -> str:
    """What happens to the chosen channel, with its numbers."""
    before, after = (
        [number(float(each[channel])) for each in side] for side in (normed.before, normed.after)
    )
    words = _tr("Channel {channel}: mean {mean} and deviation {deviation} become {after} and {spread}.")
    told = words.format(channel=channel, mean=before[0], deviation=before[1], after=after[0], spread=after[1])
    if normed.mean is not None and normed.deviation is not None:
        running = _tr("Running statistics: mean {mean}, deviation {deviation}.")
        told += " " + running.format(
            mean=number(float(normed.mean[channel])), deviation=number(float(normed.deviation[channel]))
        )
    if normed.scale is not None and normed.shift is not None:
        learned = _tr("Learned: × {scale}, then + {shift}.")
        told += " " + learned.format(
            scale=number(float(normed.scale[channel])), shift=number(float(normed.shift[channel]))
        )
    if len(normed.before[0]) > MOST:
        told += " " + _tr("The first {shown} of {count} channels are drawn.").format(
            shown=MOST, count=len(normed.before[0])
        )
    return told


def _tr(text: str) -> str:
    return QCoreApplication.translate("NormPlot", text)
