"""The panel with the network's PyTorch source, written in the background while the panel is visible."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from app.background.job import Job, Task
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from networks.core.message import Message, message
from networks.project.project import Project
from widgets.controls.section import ShowWatch
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.source import Source
    from widgets.panels.code_view import CodeView

PAUSE = 150
"""Milliseconds after the last edit before the source is written again."""


class Code(PanelFeature["CodeView"]):
    """Keeps the source up to date. ResNet-152's takes a tenth of a second to write."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._written: Project | None = None
        self._job: Job[Source] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._write)

    def make_panel(self) -> CodeView:
        from widgets.panels.code_view import CodeView

        view = CodeView()
        view.lines_chosen.connect(self._reveal)
        ShowWatch(view).seen.connect(self._refresh)
        return view

    def panels(self) -> tuple[Panel, ...]:
        return (Panel("code", self.tr("Code"), Place.MEASURED, self.late),)

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("In the code")
        return (Gesture(where, self.tr("Show the layer that a line makes"), mouse=self.tr("click the line")),)

    def show_panel(self, panel: CodeView, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "classes"):
            self._refresh()
        if new.news(old, "folding", "selection"):
            panel.show_selection(new.selected_nodes)

    def close(self) -> None:
        """Waits for the source that is being written, and drops it."""
        self._timer.stop()
        if self._job is not None:
            self._job.close()

    @Slot()
    def _refresh(self) -> None:
        """Writes the source soon: the network has changed, or the panel has become visible."""
        self._timer.start()

    @Slot(object)
    def _reveal(self, names: tuple[str, ...]) -> None:
        self.desk.reveal(names[0])

    @Slot()
    def _write(self) -> None:
        project = self.desk.shown.project
        same = self._written is not None and (
            (project.network, project.classes) == (self._written.network, self._written.classes)
        )
        busy = self._job is not None and self._job.running
        if same or busy or self.late.made is None or not self.late.made.isVisible():
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
        self._written = written
        self.panel.show_source(found)
        # the network may have been edited meanwhile
        self._write()

    def _miss(self, written: Project, reason: Message) -> None:
        self._written = written
        self.panel.show_reason(said(reason))
        self._write()


def _source(project: Project, _: Task) -> Source:
    from networks.source import source

    return source(project.network, project.classes)


def _explain(_: BaseException) -> Message:
    return message("The source could not be written; the log says why.")
