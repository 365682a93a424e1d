"""The pictures that were chosen on the map of the data: what each is, and what it was taken for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.xray.data_map import DataMap
from widgets.look import theme
from widgets.panels.sample_strip import to_image
from widgets.results.map_plot import Stored
from widgets.results.picture_grid import paint_picture
from widgets.results.picture_tiles import GAP, SHOWN_ROWS, PictureTiles
from widgets.results.results import pair_words

_SIDE, _WORDS = 48, 17


class ChosenGrid(PictureTiles):
    """Shows some pictures of a map, mistakes first; one is current. Paints only those that are seen."""

    went = Signal(int)
    """The place on the map of the picture that became current."""
    picked = Signal(int)
    """The same, by a click or Enter: it is to be followed through the network."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Chosen pictures"), parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._map: DataMap | None = None
        self._names: tuple[str, ...] = ()
        self._stored: Stored = lambda row: None

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
        return self.sentence(
            int(own.rows[place]),
            self._names[own.labels[place]],
            self._names[own.answers[place]],
            own.sureness[place],
        )

    def became_current(self, place: int) -> None:
        self.went.emit(place)

    # places

    def least(self) -> int:
        return theme.grown(_SIDE)

    def row(self) -> int:
        return theme.grown(_SIDE) + theme.grown(_WORDS) + GAP

    def extent(self) -> QSize:
        return QSize(0, self.rows() * self.row())

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(280), SHOWN_ROWS * self.row())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(_SIDE), self.row())

    def place(self, index: int) -> QRectF:
        """Where this picture is, with its words, in the whole content."""
        columns, side = self.columns(), theme.grown(_SIDE)
        return QRectF(
            (index % columns) * self.step() + 2,
            (index // columns) * self.row() + 2,
            side - 4,
            side + theme.grown(_WORDS) - 4,
        )

    # input

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(self.places):
            self.picked.emit(int(self.places[self.current]))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
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
        self.paint_tiles(painter, shade)

    def paint_tile(self, painter: QPainter, shade: theme.Colors, index: int) -> None:
        found = self._map
        assert found is not None
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
