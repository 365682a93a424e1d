"""Pictures as small tiles: from arrays to what is painted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap

from widgets.look.theme import Colors
from widgets.panels.sample_strip import to_image

Tiles = dict[int, NDArray[np.uint8] | None]
"""Small pictures by their indices in the data set; None for one that is left out of what is shown."""
_ROUND = 3
_THINNEST = 3.0
_SIGNED = {
    False: ("#123f8f", "#2f6fdb", "#9cc0f5", "#ffffff", "#f8c489", "#d97a06", "#7d4100"),
    True: ("#8fc0ff", "#4a8ff5", "#2b5594", "#22272e", "#94561a", "#f08c2a", "#ffd08c"),
}
"""Colours of numbers around zero, for the light and the dark theme."""
_STOPS = (-1.0, -0.68, -0.32, 0.0, 0.32, 0.68, 1.0)


def as_bytes(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Height×width×channels from 0 to 1 as bytes; of other numbers of channels than 1 and 3 the first one."""
    picture = picture if picture.shape[2] in (1, 3) else picture[:, :, :1]
    found: NDArray[np.uint8] = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return found


def thinned(picture: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """The picture with every second, third … pixel, so that neither side is longer than twice `most`."""
    every = max(1, max(picture.shape[:2]) // (2 * most))
    return picture[::every, ::every]


def place_for(picture: QImage, room: QRectF) -> QRectF:
    """The largest rectangle of the picture's shape in the middle of the room; never too thin to be seen."""
    scale = min(room.width() / picture.width(), room.height() / picture.height())
    found = QRectF(0, 0, max(_THINNEST, picture.width() * scale), max(_THINNEST, picture.height() * scale))
    found.moveCenter(room.center())
    return found


def tile(picture: NDArray[np.uint8], side: int, ratio: float) -> QPixmap:
    """A picture in a square with round corners; `ratio` is that of the screen's pixels to Qt's."""
    image = to_image(thinned(picture, round(side * ratio)))
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_picture(painter, image, QRectF(0, 0, side, side), ratio)
    painter.end()
    return pixmap


def crossed_tile(side: int, ratio: float, shade: Colors) -> QPixmap:
    """What stands in the place of a picture that is left out."""
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(shade.border))
    painter.setBrush(QColor(shade.sunken))
    painter.drawRoundedRect(QRectF(0.5, 0.5, side - 1, side - 1), _ROUND, _ROUND)
    painter.setPen(QColor(shade.border_strong))
    painter.drawLine(QPointF(6, side - 6), QPointF(side - 6, 6))
    painter.end()
    return pixmap


def paint_picture(painter: QPainter, image: QImage, room: QRectF, ratio: float) -> None:
    """Paints a picture as large as fits. Enlarged pixels stay squares; what shrinks is averaged."""
    place = place_for(image, room)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shrinks = image.width() > place.width() * ratio
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
    outline = QPainterPath()
    outline.addRoundedRect(place, _ROUND, _ROUND)
    painter.setClipPath(outline)
    painter.drawImage(place, image)
    painter.restore()


def signed(numbers: NDArray[np.float32], shade: Colors) -> NDArray[np.uint8]:
    """Numbers around zero in colours, blue below and orange above; several channels stand side by side."""
    channels = [numbers[:, :, channel] for channel in range(numbers.shape[2])]
    flat = np.concatenate(channels, 1)
    reach = float(np.abs(flat).max()) or 1.0
    colours = [QColor(each) for each in _SIGNED[shade.dark]]
    parts = (
        [each.red() for each in colours],
        [each.green() for each in colours],
        [each.blue() for each in colours],
    )
    found = np.stack([np.interp(flat / reach, _STOPS, part) for part in parts], 2)
    whole: NDArray[np.uint8] = np.rint(found).astype(np.uint8)
    return whole
