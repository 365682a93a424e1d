"""The pictures that were chosen on the map of the data: what each is, and what it was taken for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.xray.data_map import DataMap
from widgets.controls.painted_area import PaintedArea
from widgets.look import theme
from widgets.panels.sample_strip import to_image
from widgets.results.map_plot import Stored
from widgets.results.picture_grid import paint_picture
from widgets.results.results import pair_words, percent

_SIDE, _WORDS, _GAP = 48, 17, 8


class ChosenGrid(PaintedArea):
    """Shows some pictures of a map, mistakes first; one is current. Paints only those that are seen."""

    went = Signal(int)
    """The place on the map of the picture that became current."""
    picked = Signal(int)
    """The same, by a click or Enter: it is to be followed through the network."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Chosen pictures"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._map: DataMap | None = None
        self._names: tuple[str, ...] = ()
        self._stored: Stored = lambda row: None
        self.places = np.zeros(0, np.int64)
        """Of the pictures, on the map."""
        self.current = 0

    def show_chosen(
        self, found: DataMap | None, places: NDArray[np.int64], names: tuple[str, ...], stored: Stored
    ) -> None:
        """Shows these, mistakes first."""
        self._map, self._names, self._stored = found, names, stored
        if found is not None:
            order = np.argsort(~found.outputs.wrong[places], kind="stable")
            places = places[order]
        kept = self.places[self.current] if len(self.places) else -1
        self.places = places
        at = np.flatnonzero(places == kept)
        self.current = int(at[0]) if len(at) else 0
        self.refit()
        self.tell(self.words())

    def words(self) -> str:
        """The current picture in a sentence."""
        if self._map is None or not len(self.places):
            return self.tr("No pictures.")
        own, place = self._map.outputs, int(self.places[self.current])
        return self.tr(
            "Picture {number}, {at} of {count}: it is {label}, the network says {answer}, {sure} sure."
        ).format(
            number=int(own.rows[place]),
            at=self.current + 1,
            count=len(self.places),
            label=self._names[own.labels[place]],
            answer=self._names[own.answers[place]],
            sure=percent(own.sureness[place]),
        )

    # places

    def _columns(self) -> int:
        return max(1, (self.viewport().width() + _GAP) // (theme.grown(_SIDE) + _GAP))

    def _row(self) -> int:
        return theme.grown(_SIDE) + theme.grown(_WORDS) + _GAP

    def extent(self) -> QSize:
        return QSize(0, -(-len(self.places) // self._columns()) * self._row())

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(280), 3 * self._row())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(_SIDE), self._row())

    def place(self, index: int) -> QRectF:
        """Where this picture is, with its words, in the whole content."""
        columns, side = self._columns(), theme.grown(_SIDE)
        wide = (self.viewport().width() + _GAP) / columns
        return QRectF(
            (index % columns) * wide + 2,
            (index // columns) * self._row() + 2,
            side - 4,
            side + theme.grown(_WORDS) - 4,
        )

    def index_at(self, at: QPointF) -> int | None:
        """The picture at this place of the viewport."""
        inside = at + QPointF(self.offset())
        columns = self._columns()
        column = min(int(inside.x() // ((self.viewport().width() + _GAP) / columns)), columns - 1)
        index = int(inside.y() // self._row()) * columns + column
        return index if 0 <= index < len(self.places) and self.place(index).contains(inside) else None

    # input

    def go(self, index: int) -> None:
        """Makes this picture the current one."""
        if len(self.places):
            self.current = max(0, min(index, len(self.places) - 1))
            self.bring(self.place(self.current))
            self.tell(self.words())
            self.viewport().update()
            self.went.emit(int(self.places[self.current]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns, count = self._columns(), len(self.places)
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -3 * columns,
            Qt.Key.Key_PageDown: 3 * columns,
            Qt.Key.Key_Home: -count,
            Qt.Key.Key_End: count,
        }
        if (key := Qt.Key(event.key())) in steps:
            self.go(self.current + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and count:
            self.picked.emit(int(self.places[self.current]))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.go(index)
            self.picked.emit(int(self.places[index]))

    # painting

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        if self._map is None:
            return
        if not len(self.places):
            painter.setFont(theme.font(theme.DENSE))
            painter.setPen(QColor(shade.text_dim))
            words = self.tr("Draw a line around points, or click one: their pictures are shown here.")
            room = QRectF(self.viewport().rect()).adjusted(2, 4, -2, -4)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), words)
            return
        columns, offset = self._columns(), self.offset().y()
        first = offset // self._row() * columns
        last = (offset + self.viewport().height()) // self._row() * columns + columns
        painter.translate(0, -offset)
        for index in range(first, min(last, len(self.places))):
            self._paint_tile(painter, shade, self._map, index)
        painter.translate(0, offset)

    def _paint_tile(self, painter: QPainter, shade: theme.Colors, found: DataMap, index: int) -> None:
        tile, place = self.place(index), int(self.places[index])
        own = found.outputs
        label, answer = int(own.labels[place]), int(own.answers[place])
        frame = QRectF(tile.left(), tile.top(), tile.width(), tile.width())
        pixels = self._stored(int(own.rows[place]))
        paint_picture(painter, frame, None if pixels is None else to_image(pixels), shade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if index == self.current or label != answer:
            painter.setPen(QPen(QColor(shade.accent if index == self.current else shade.error), 2))
            painter.drawRoundedRect(frame.adjusted(-1, -1, 1, 1), 4, 4)
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(QColor(shade.success if label == answer else shade.error))
        words = self._names[label] if label == answer else pair_words(self._names[label], self._names[answer])
        below = QRectF(tile.left() - 3, frame.bottom() + 2, tile.width() + 6, theme.grown(_WORDS))
        elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(below.width()))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, elided)
