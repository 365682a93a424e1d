"""Keeps the code view up to date: the source is written in a thread, and only while somebody sees it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.background.job import Job, Task
from app.session.document import Document
from networks.core.message import Message, message
from networks.project.project import Project
from widgets.code.code_view import CodeView
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.source import Source

PAUSE = 150
"""Milliseconds without an edit before the source is written anew."""


class LiveCode(QObject):
    """Shows the source of the document’s network; the newest wins. ResNet-152’s takes a tenth of a second."""

    def __init__(self, document: Document, view: CodeView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._view = document, view
        self._shown: Project | None = None
        self._job: Job[Source] | None = None
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
        """Waits for what is being written, and drops it."""
        self._timer.stop()
        if self._job is not None:
            self._job.close()

    @Slot()
    def _write(self) -> None:
        project = self._document.project
        same = self._shown is not None and (
            (project.network, project.classes) == (self._shown.network, self._shown.classes)
        )
        busy = self._job is not None and self._job.running
        if same or busy or not self._view.isVisible():
            return
        self._job = Job(
            partial(_source, project),
            partial(self._take, project),
            partial(self._miss, project),
            owner=self,
            explain=_explain,
        )
        self._job.start()

    def _take(self, written: Project, found: Source) -> None:
        self._shown = written
        self._view.show_source(found)
        # the network may have been edited meanwhile
        self._write()

    def _miss(self, written: Project, reason: Message) -> None:
        self._shown = written
        self._view.show_reason(said(reason))
        self._write()


def _source(project: Project, _: Task) -> Source:
    from networks.source import source

    return source(project.network, project.classes)


def _explain(_: BaseException) -> Message:
    return message("The source could not be written; the log says why.")
