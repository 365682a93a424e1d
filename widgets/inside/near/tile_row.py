"""Small maps in lines, each with a few words below: filters by input channel, what comes in and goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.xray.closeup import Reals
from widgets.inside.near.map_painting import hatch, image_of, paint_image
from widgets.look import theme
from widgets.look.color_scale import Scale
from widgets.look.fitting import fitted, whole

_GAP, _LABEL = 8, 16
_MANY = 16
"""More tiles than this are smaller."""


class Tile(NamedTuple):
    """A map height×width with its words, or a picture in colour in its place."""

    words: str
    values: Reals
    ends: tuple[float, float]
    picture: QImage | None = None
    hatched: bool = False
    """Whether it is dead, and not just zero for one picture."""


class TileRow(QWidget):
    """Shows tiles of one size, in as many lines as they need."""

    def __init__(self, title: str, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._side = title, side
        self._tiles: tuple[Tile, ...] = ()
        self._images: list[QImage] = []
        self._scale: Scale = "signed"
        self._dark: bool | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tiles(self, tiles: Sequence[Tile], scale: Scale) -> None:
        """Shows these tiles; nothing, where there is none."""
        self._tiles, self._scale, self._dark = tuple(tiles), scale, None
        self.setVisible(bool(tiles))
        words = ", ".join(tile.words for tile in tiles)
        self.setAccessibleName(f"{self._title}: {words}")
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._height())

    @property
    def _tile(self) -> int:
        """The side of a tile: a little smaller where that brings all into one line."""
        usual, count = theme.grown(self._side), max(1, len(self._tiles))
        if count > _MANY:
            return int(0.7 * usual)
        fitting = (self.width() + _GAP) // count - _GAP
        return fitting if 0.7 * usual <= fitting < usual else usual

    @property
    def _columns(self) -> int:
        return max(1, (self.width() + _GAP) // (self._tile + _GAP))

    def _height(self) -> int:
        lines = -(-len(self._tiles) // self._columns)
        return max(1, lines * (self._tile + theme.grown(_LABEL) + 4))

    def _fit(self) -> None:
        self.setFixedHeight(self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        if self._dark != shade.dark:
            self._dark = shade.dark
            self._images = [
                tile.picture or image_of(tile.values, tile.ends, self._scale, dark=shade.dark)
                for tile in self._tiles
            ]
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SMALL))
        side = self._tile
        for index, (tile, image) in enumerate(zip(self._tiles, self._images, strict=True)):
            line, column = divmod(index, self._columns)
            place = QRectF(
                column * (side + _GAP) + 0.5,
                line * (side + theme.grown(_LABEL) + 4) + 0.5,
                side - 1,
                side - 1,
            )
            if tile.hatched:
                hatch(painter, fitted(place, *tile.values.shape), shade)
            else:
                longest = max(image.height(), image.width())
                inner = whole(place.width(), longest, self.devicePixelRatioF(), at_most=True)
                room = QRectF(0, 0, inner, inner)
                room.moveCenter(place.center())
                paint_image(painter, image, fitted(room, image.height(), image.width()), shade)
            painter.setPen(QColor(shade.text_dim))
            below = QRectF(place.left() - _GAP / 2, place.bottom() + 2, side + _GAP, theme.grown(_LABEL))
            words = painter.fontMetrics().elidedText(tile.words, Qt.TextElideMode.ElideRight, side + _GAP)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, words)
        painter.end()
