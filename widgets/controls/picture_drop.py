"""What a widget does that takes pictures which are dropped on it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage


def holds_picture(data: QMimeData) -> bool:
    """Whether something dragged may be a picture: one itself, or a file."""
    return data.hasImage() or bool(_files(data))


def picture_in(data: QMimeData) -> str | QImage | None:
    """The path of the first file that was dropped, or the picture; None where there is neither."""
    if files := _files(data):
        return files[0]
    image = data.imageData()
    return image if isinstance(image, QImage) and not image.isNull() else None


def _files(data: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
