"""Keeps the code view up to date: the source is written in a thread, and only while somebody sees it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, QTimer, Slot

from app.session.document import Document
from networks.core.message import Message, UserError, message
from networks.project.project import Project
from widgets.code.code_view import CodeView
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.source import Source

LOG = logging.getLogger("backbone")
PAUSE = 150
"""Milliseconds without an edit before the source is written anew."""


class LiveCode(QObject):
    """Shows the source of the document’s network; the newest wins. ResNet-152’s takes a tenth of a second."""

    def __init__(self, document: Document, view: CodeView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._view = document, view
        self._shown: Project | None = None
        self._writer: _Writer | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._write)
        document.changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """The network may be another, or the view may have come into sight."""
        self._timer.start()

    def close(self) -> None:
        """Waits for what is being written."""
        self._timer.stop()
        if self._writer is not None:
            self._writer.wait()

    @Slot()
    def _write(self) -> None:
        project = self._document.project
        same = self._shown is not None and (
            (project.network, project.classes) == (self._shown.network, self._shown.classes)
        )
        if same or self._writer is not None or not self._view.isVisible():
            return
        self._writer = _Writer(project, self)
        self._writer.finished.connect(self._take)
        self._writer.start()

    @Slot()
    def _take(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.wait()
        self._shown = writer.project
        if writer.found is not None:
            self._view.show_source(writer.found)
        elif writer.problem is not None:
            self._view.show_reason(said(writer.problem))
        writer.deleteLater()
        self._write()


class _Writer(QThread):
    def __init__(self, project: Project, parent: QObject) -> None:
        super().__init__(parent)
        self.project = project
        self.found: Source | None = None
        self.problem: Message | None = None

    def run(self) -> None:
        from networks.source import source

        try:
            self.found = source(self.project.network, self.project.classes)
        except UserError as error:
            self.problem = error.reason
        except BaseException:
            LOG.exception("the source could not be written")
            self.problem = message("The source could not be written; the log says why.")
