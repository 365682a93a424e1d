"""Where an image lies in a place, and how large it is if its pixels take whole ones of the screen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter


def fitted(place: QRectF, height: int, width: int) -> QRectF:
    """The largest rectangle in the middle of a place with the sides of an image."""
    scale = min(place.width() / width, place.height() / height)
    found = QRectF(0, 0, width * scale, height * scale)
    found.moveCenter(place.center())
    return found


def whole(side: float, pixels: int, ratio: float, *, at_most: bool = False) -> float:
    """About that side, or `at_most` that side, with whole pixels of the screen for each of so many pixels.

    `ratio` is that of the screen's pixels to device-independent ones. An image with more pixels than the side
    is shown smaller than it is, and keeps the side.
    """
    times = side * ratio / pixels
    return side if times < 1 else (int(times) if at_most else round(times)) * pixels / ratio


def settled(painter: QPainter, place: QRectF) -> QRectF:
    """The place, moved so that it begins with a whole pixel of what is painted on."""
    screen = painter.deviceTransform()
    back, there = screen.inverted()
    if not there:
        return place
    corner = screen.map(place.topLeft())
    return place.translated(back.map(QPointF(round(corner.x()), round(corner.y()))) - place.topLeft())
