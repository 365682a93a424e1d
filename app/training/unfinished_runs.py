"""Runs that did not come to their end: told as they are found, and gone on with from their folders."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.training.kept_runs import Found
from app.training.project_runs import ProjectRuns
from app.training.trainer import Trainer
from networks.core.message import UserError
from networks.project.project import read_project
from networks.runs.endings import may_go_on
from networks.runs.kept.files import PROJECT
from networks.runs.record import Record
from widgets.look.translation import said


class UnfinishedRuns(QObject):
    """Knows which runs of the project can go on, and goes on with one."""

    interrupted = Signal(object)
    """The record of a run that was cut off and can go on."""
    goes_on = Signal(object, object)
    """The record of a run that is about to go on, and its project."""
    refused = Signal(str)
    """Why a run cannot go on, in words."""

    def __init__(self, trainer: Trainer, every: ProjectRuns, parent: QObject) -> None:
        super().__init__(parent)
        self._trainer, self._every = trainer, every
        every.found.connect(self._take_found)
        every.watched.ended.connect(self._take_ended)

    def may_go_on(self, record: Record) -> bool:
        """Whether a run that did not come to its end can go on from its folder."""
        return may_go_on(record.ended) and record.run in self._every.kept.folders

    @Slot(object)
    def go_on(self, record: Record) -> None:
        """Goes on with a run that was interrupted or stopped, from its last checkpoint to its planned end."""
        folder = self._every.kept.folders.get(record.run)
        if self._trainer.busy:
            self.refused.emit(self.tr("A run is in progress: stop it first, or wait until it ends."))
            return
        if folder is None:
            return
        try:
            project = read_project(folder / PROJECT)
        except UserError as error:
            self.refused.emit(said(error.reason))
            return
        self.goes_on.emit(record, project)
        self._trainer.go_on(project, folder, record.run)

    @Slot(object)
    def _take_found(self, found: Found) -> None:
        """One that was left here in former days."""
        opened = found.run.record.run in self._every.opened
        if opened and found.project is not None and found.run.state == "interrupted":
            self.interrupted.emit(found.run.record)

    @Slot(object)
    def _take_ended(self, record: Record) -> None:
        """One that another process trained."""
        if self.may_go_on(record):
            self.interrupted.emit(record)
