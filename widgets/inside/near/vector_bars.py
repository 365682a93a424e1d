"""A page of a vector as bars: pointer and keys read out single numbers, and choose one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from widgets.inside.near.near import Near, Pointed, number
from widgets.inside.near.numbers_page import NumbersPage
from widgets.look import theme

_LOWEST, _HIGHEST, _FOOT = 200, 360, 18
_LONGEST_NAMED = 16
"""Numbers up to which each is named below its bar."""


class VectorBars(NumbersPage):
    """Shows the numbers of one page. Left and right walk from one to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Numbers of the layer"))
        self._cursor = self._room = 0

    def show_room(self, height: int) -> None:
        """How much of its height is in sight: the bars fill it, within limits."""
        if height != self._room:
            self._room = height
            self.updateGeometry()

    def show_near(self, near: Near | None) -> None:
        """Shows these numbers."""
        self._near, self._hovered = near, None
        if near is not None:
            channels = near.closeup.channels
            self._cursor = channels.index(near.closeup.channel) if near.closeup.channel in channels else 0
        self.update()
        self._tell()

    def zoom(self, steps: int) -> None:
        """Bars take the width that there is."""

    @property
    def shown_number(self) -> Pointed | None:
        """The number under the pointer, or else under the cursor."""
        if self._near is None:
            return None
        (place,) = self._hovered or (self._cursor,)
        channel = self._near.closeup.channels[place]
        value = float(self._near.closeup.values[place])
        return Pointed(value, channel, note=self._near.note(channel))

    def sizeHint(self) -> QSize:
        return QSize(300, max(theme.grown(_LOWEST), min(theme.grown(_HIGHEST), self._room)))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def _words(self, found: Pointed) -> str:
        return self.tr("number {channel}: {value}").format(channel=found.channel, value=number(found.value))

    def _go(self, *place: int) -> None:
        assert self._near is not None
        near = self._near.closeup
        self._cursor, self._hovered = max(0, min(len(near.channels) - 1, place[0])), None
        self.cursor_moved.emit(self.rect())
        self.update()
        self._tell()
        if near.channels[self._cursor] != near.channel:
            self.channel_chosen.emit(near.channels[self._cursor])

    def _at(self, point: QPointF) -> tuple[int, ...] | None:
        if self._near is None or not 0 <= point.x() < self.width():
            return None
        return (int(point.x() / self.width() * len(self._near.closeup.channels)),)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        far = 8 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        steps = {Qt.Key.Key_Left: -far, Qt.Key.Key_Right: far}
        if self._near is None:
            super().keyPressEvent(event)
        elif key in steps:
            self._go(self._cursor + steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(0 if key == Qt.Key.Key_Home else len(self._near.closeup.channels) - 1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.page_wished.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.explanation_wished.emit(self.shown_number)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._near is None:
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        near, closeup = self._near, self._near.closeup
        values = np.nan_to_num(closeup.values)
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        room = QRectF(0.5, 3, self.width() - 1, self.height() - theme.grown(_FOOT) - 6)
        scale = room.height() / ((high - low) or 1.0)
        zero = room.top() + high * scale
        step = room.width() / len(values)
        for place, value in enumerate(values.tolist()):
            bar = QRectF(room.left() + place * step, zero - max(value, 0) * scale, 0, abs(value) * scale)
            bar.setWidth(max(1.0, step * 0.8))
            channel = closeup.channels[place]
            if not value and near.is_hatched(channel):
                dead = QRectF(bar.left(), room.top(), bar.width(), room.height())
                painter.fillRect(dead, QBrush(QColor(shade.warning), Qt.BrushStyle.BDiagPattern))
            painter.fillRect(bar, QColor(shade.pos if value > 0 else shade.neg))
            if channel == closeup.channel:
                painter.setPen(QPen(QColor(shade.accent), 2 if self.hasFocus() else 1.2))
                painter.drawRect(QRectF(bar.left() - 1, room.top(), bar.width() + 2, room.height()))
        painter.setPen(QPen(QColor(shade.border_strong), 1))
        painter.drawLine(QLineF(room.left(), zero, room.right(), zero))
        self._paint_foot(painter, room, step, shade)
        painter.end()

    def _paint_foot(self, painter: QPainter, room: QRectF, step: float, shade: theme.Colors) -> None:
        assert self._near is not None
        channels = self._near.closeup.channels
        painter.setPen(QColor(shade.text_dim))
        painter.setFont(theme.font(theme.SMALL, mono=True))
        line = QRectF(room.left(), room.bottom() + 3, room.width(), theme.grown(_FOOT))
        if len(channels) <= _LONGEST_NAMED:
            for place, channel in enumerate(channels):
                own = QRectF(room.left() + place * step, line.top(), step * 0.8, line.height())
                painter.drawText(own, Qt.AlignmentFlag.AlignCenter, str(channel))
            return
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, str(channels[0]))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, str(channels[-1]))
