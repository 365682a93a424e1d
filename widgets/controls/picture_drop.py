"""What a widget does that takes pictures which are dropped on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage


def let_in(event: QDragEnterEvent) -> None:
    """Accepts what is dragged over a widget if it may be a picture: one itself, or a file."""
    if event.mimeData().hasImage() or _files(event.mimeData()):
        event.acceptProposedAction()


def take_dropped(
    event: QDropEvent, take_file: Callable[[str], object], take_image: Callable[[QImage], object]
) -> None:
    """Hands over the path of the first file that was dropped, or else the picture if there is one."""
    image = event.mimeData().imageData()
    if files := _files(event.mimeData()):
        take_file(files[0])
    elif isinstance(image, QImage) and not image.isNull():
        take_image(image)
    event.acceptProposedAction()


def _files(data: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
