"""A page of a layer's maps as a grid: pointer and keys read out single numbers, and choose a channel."""

from __future__ import annotations

from math import ceil
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from widgets.controls.arrows import ARROWS
from widgets.inside.near.map_painting import hatch, image_of, paint_image
from widgets.inside.near.near import Near, Pointed, number
from widgets.inside.near.numbers_page import NumbersPage
from widgets.look import theme
from widgets.look.fitting import fitted, whole

SIZES = (34, 48, 72, 112, 176, 280)
"""How large a map may be shown, in device-independent pixels."""
USUAL = 72
"""As large it is where the page has more maps than are in sight at once; fewer grow, up to the largest."""
_GAP, _LABEL = 10, 16
_BUDGET = 0.012
"""Seconds of one painting that may go into colouring maps; those that are left come in the next one."""
_FAR = 8
"""How many numbers further the cursor goes with Shift."""


def _strongest(near: Near) -> tuple[int, int]:
    """Row and column of the number furthest from zero of the map that is chosen."""
    chosen = np.abs(np.nan_to_num(near.closeup.chosen))
    row, column = np.unravel_index(int(chosen.argmax()), chosen.shape)
    return int(row), int(column)


class MapGrid(NumbersPage):
    """Shows the maps of one page. Arrow keys walk over the numbers of a map, with Ctrl from map to map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Maps of the layer"))
        self._size: int | None = None
        """Which of the sizes; None for as large as all maps of the page have room in sight."""
        self._room = 0
        self._tile, self._columns = float(USUAL), 1
        self._cursor = (0, 0, 0)
        """The place on the page, the row and the column."""
        self._images: dict[int, QImage] = {}
        self._dark = False
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self.update)

    def show_near(self, near: Near | None) -> None:
        """Shows these maps; the cursor stays where it is, as far as it can."""
        before = self._near
        self._near = near
        self._images.clear()
        if near is None:
            self._tell()
            return
        if before is None or before.closeup.name != near.closeup.name:
            self._cursor, self._hovered = (0, *_strongest(near)), None
        places, (height, width) = len(near.closeup.channels), near.closeup.values.shape[1:]
        place, row, column = self._cursor
        if near.closeup.channel in near.closeup.channels:
            place = near.closeup.channels.index(near.closeup.channel)
        self._cursor = min(place, places - 1), min(row, height - 1), min(column, width - 1)
        if self._hovered is not None and (
            self._hovered[0] >= places or self._hovered[1] >= height or self._hovered[2] >= width
        ):
            self._hovered = None
        self._fit()
        self.update()
        self._tell()

    def show_room(self, height: int) -> None:
        """How much of its height is in sight."""
        if height != self._room:
            self._room = height
            self._fit()
            self.update()

    def zoom(self, steps: int) -> None:
        """Shows the maps larger, or smaller where `steps` is negative; one of the sizes fills the room."""
        sides: dict[float, int | None] = {
            self._whole(theme.grown(size)): index for index, size in enumerate(SIZES)
        }
        sides[self._filling()] = None
        order = sorted(sides)
        at = min(range(len(order)), key=lambda index: abs(order[index] - self._tile))
        self._size = sides[order[max(0, min(len(order) - 1, at + steps))]]
        self._fit()
        self.update()

    # where things are

    @property
    def tile(self) -> float:
        """The side of a map."""
        return self._tile

    @property
    def columns(self) -> int:
        """How many maps stand side by side."""
        return self._columns

    def _whole(self, side: float, *, at_most: bool = False) -> float:
        longest = 1 if self._near is None else max(self._near.closeup.values.shape[1:])
        return whole(side, longest, self.devicePixelRatioF(), at_most=at_most)

    def _filling(self) -> float:
        """The largest side with which all maps of the page are in sight, though never below the usual one."""
        count = 1 if self._near is None else len(self._near.closeup.channels)
        below, most = _GAP + theme.grown(_LABEL), 0.0
        for columns in range(1, count + 1):
            across = (self.width() - 2 + _GAP) / columns - _GAP
            most = max(most, min(across, (self._room - 2) / ceil(count / columns) - below))
        most = min(most, theme.grown(SIZES[-1]))
        return max(self._whole(theme.grown(USUAL)), self._whole(most, at_most=True) if most > 0 else 0.0)

    def place_of(self, index: int) -> QRectF:
        """Where the map with this place on the page lies."""
        row, column = divmod(index, self.columns)
        step = self.tile + _GAP
        return QRectF(column * step + 1, row * (step + theme.grown(_LABEL)) + 1, self.tile, self.tile)

    def sizeHint(self) -> QSize:
        return QSize(300, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._height())

    def _height(self) -> int:
        if self._near is None:
            return theme.grown(60)
        rows = ceil(len(self._near.closeup.channels) / self.columns)
        return ceil(rows * (self.tile + _GAP + theme.grown(_LABEL))) + 2

    def _fit(self) -> None:
        wished = self._filling() if self._size is None else self._whole(theme.grown(SIZES[self._size]))
        room = float(max(24, self.width() - 2))
        self._tile = wished if wished <= room else self._whole(room, at_most=True)
        # what a division leaves over must not cost a column
        self._columns = max(1, int((room + _GAP + 1e-6) / (self._tile + _GAP)))
        self.setFixedHeight(self._height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _map_of(self, index: int) -> QRectF:
        assert self._near is not None
        height, width = self._near.closeup.values.shape[1:]
        return fitted(self.place_of(index), height, width)

    def _at(self, point: QPointF) -> tuple[int, int, int] | None:
        """The number under a point."""
        if self._near is None:
            return None
        values = self._near.closeup.values
        for index in range(len(values)):
            where = self._map_of(index)
            if where.contains(point):
                row = int((point.y() - where.top()) / where.height() * values.shape[1])
                column = int((point.x() - where.left()) / where.width() * values.shape[2])
                return index, min(row, values.shape[1] - 1), min(column, values.shape[2] - 1)
        return None

    # what is pointed at

    @property
    def shown_number(self) -> Pointed | None:
        """The number under the pointer, or else under the cursor."""
        if self._near is None:
            return None
        index, row, column = self._hovered or self._cursor
        near = self._near.closeup
        channel = near.channels[index]
        return Pointed(float(near.values[index, row, column]), channel, row, column, self._near.note(channel))

    def _words(self, found: Pointed) -> str:
        told = self.tr("map {channel}, row {row}, column {column}: {value}")
        return told.format(
            channel=found.channel, row=found.row, column=found.column, value=number(found.value)
        )

    def _go(self, *place: int) -> None:
        assert self._near is not None
        index, row, column = place
        near = self._near.closeup
        height, width = near.values.shape[1:]
        index = max(0, min(len(near.channels) - 1, index))
        self._cursor = index, max(0, min(height - 1, row)), max(0, min(width - 1, column))
        self._hovered = None
        self.cursor_moved.emit(self.place_of(index).toRect().adjusted(0, -4, 0, theme.grown(_LABEL) + 4))
        self.update()
        self._tell()
        if near.channels[index] != near.channel:
            self.channel_chosen.emit(near.channels[index])

    # keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._near is None or not self._walk(Qt.Key(event.key()), event.modifiers()):
            super().keyPressEvent(event)

    def _walk(self, key: Qt.Key, held: Qt.KeyboardModifier) -> bool:
        assert self._near is not None
        index, row, column = self._cursor
        if key in ARROWS:
            down, right = ARROWS[key]
            if held & Qt.KeyboardModifier.ControlModifier:
                self._go(index + down * self.columns + right, row, column)
            else:
                far = _FAR if held & Qt.KeyboardModifier.ShiftModifier else 1
                self._go(index, row + far * down, column + far * right)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(0 if key == Qt.Key.Key_Home else len(self._near.closeup.channels) - 1, row, column)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.page_wished.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.explanation_wished.emit(self.shown_number)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(-1 if key == Qt.Key.Key_Minus else 1)
        else:
            return False
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._near is None:
            return
        shade = theme.colors(self)
        if shade.dark != self._dark:
            self._dark = shade.dark
            self._images.clear()
        began = perf_counter()
        painter = QPainter(self)
        # a printer, unlike the screen, asks only once
        patient = painter.device() is not self
        for index in range(len(self._near.closeup.channels)):
            place = self.place_of(index)
            if place.adjusted(-4, -4, 4, theme.grown(_LABEL) + 4).intersects(QRectF(event.rect())):
                hurry = not patient and perf_counter() - began > _BUDGET
                self._paint_one(painter, index, place, shade, hurry=hurry)
        painter.end()

    def _paint_one(
        self, painter: QPainter, index: int, place: QRectF, shade: theme.Colors, *, hurry: bool
    ) -> None:
        assert self._near is not None
        near = self._near
        closeup, channel = near.closeup, near.closeup.channels[index]
        values, where = closeup.values[index], self._map_of(index)
        low, high = float(closeup.lows[channel]), float(closeup.highs[channel])
        if low == high == 0 and near.is_hatched(channel):
            hatch(painter, where, shade)
        elif not (np.isfinite(low) and np.isfinite(high)):
            painter.setPen(QColor(shade.error))
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, "NaN")
        elif channel not in self._images and hurry:
            self._more.start()
        else:
            if channel not in self._images:
                self._images[channel] = image_of(values, near.ends(values), near.scale, dark=shade.dark)
            paint_image(painter, self._images[channel], where, shade)
        if channel == closeup.channel:
            painter.setPen(QPen(QColor(shade.accent), 2.5 if self.hasFocus() else 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 3, 3)
        self._paint_cursor(painter, index, where, shade)
        self._paint_label(painter, channel, max(low, high, key=abs), place, shade)

    def _paint_cursor(self, painter: QPainter, index: int, where: QRectF, shade: theme.Colors) -> None:
        assert self._near is not None
        shown = self._hovered or self._cursor
        if shown[0] != index:
            return
        height, width = self._near.closeup.values.shape[1:]
        high, wide = where.height() / height, where.width() / width
        cell = QRectF(where.left() + shown[2] * wide, where.top() + shown[1] * high, wide, high)
        if min(high, wide) < 4:
            # a single number of a large map is too small to be framed
            cell = QRectF(0, 0, 5, 5)
            cell.moveCenter(
                QPointF(where.left() + (shown[2] + 0.5) * wide, where.top() + (shown[1] + 0.5) * high)
            )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, thick in ((shade.panel, 3.0), (shade.text, 1.5)):
            painter.setPen(QPen(QColor(color), thick))
            painter.drawRect(cell)

    def _paint_label(
        self, painter: QPainter, channel: int, value: float, place: QRectF, shade: theme.Colors
    ) -> None:
        assert self._near is not None
        line = QRectF(place.left(), place.bottom() + 2, place.width(), theme.grown(_LABEL))
        off = (self._near.closeup.name, channel) in self._near.off.channels
        painter.setFont(theme.font(theme.SMALL, bold=channel == self._near.closeup.channel))
        painter.setPen(QColor(shade.warning if off else shade.text))
        left = self.tr("{channel} off").format(channel=channel) if off else str(channel)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, left)
        if place.width() >= theme.grown(44) and not off:
            painter.setFont(theme.font(theme.SMALL - 1, mono=True))
            painter.setPen(QColor(shade.text_dim))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, f"{value:.3g}".replace("-", "−"))
