"""A project file, or the folder of a run, that is dropped anywhere on the window is opened."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QTimer
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from app.session.file_dialogs import SUFFIX
from app.session.files import Files, run_at


class FileDrops(QObject):
    """Takes what no widget under the pointer takes."""

    def __init__(self, window: QWidget, files: Files) -> None:
        super().__init__(window)
        self._files = files
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent):
            path = _dropped(event.mimeData())
            if path is None:
                event.ignore()
                return True
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if event.type() == QEvent.Type.Drop:
                # a question about unsaved changes must not keep the program waiting from which it comes
                QTimer.singleShot(0, partial(self._files.open_path, path))
            return True
        return False


def _dropped(data: QMimeData) -> Path | None:
    """What is to be opened; None where it is nothing of ours, or several things."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() == SUFFIX or run_at(path) is not None else None
