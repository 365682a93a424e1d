"""Where an image lies in a place."""

from __future__ import annotations

from PySide6.QtCore import QRectF


def fitted(place: QRectF, height: int, width: int) -> QRectF:
    """The largest rectangle in the middle of a place with the sides of an image."""
    scale = min(place.width() / width, place.height() / height)
    found = QRectF(0, 0, width * scale, height * scale)
    found.moveCenter(place.center())
    return found
