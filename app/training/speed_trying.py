"""Trying what makes training quicker: a job beside the window, its dialog, and what was measured last."""

from __future__ import annotations

import gc
import threading
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTime, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.background.job import Job, Task
from app.training.memory import give_back_memory
from networks.core.message import Message, message
from networks.project.project import Project
from networks.recipes.speed_trials import SpeedTrials, plain_switches
from widgets.look.translation import said
from widgets.panels.speed_dialog import SpeedDialog


class Measured(NamedTuple):
    """What was measured for a project, and at what time."""

    project: Project
    trials: SpeedTrials
    time: str

    def holds_for(self, project: Project) -> bool:
        """Whether it is about this project, whatever switches that has."""
        return _without_switches(self.project) == _without_switches(project)

    @property
    def threads(self) -> int:
        """How many threads the project's recipe meant."""
        return self.trials.plain.machine.threads


class SpeedTrying(QObject):
    """Tries while its dialog is open. Nothing can be trained then: the figures would be those of both."""

    found = Signal()
    """Something new was measured."""
    taken = Signal(object)
    """The machine section to take: it is faster than the project's, with equal results."""
    put_back = Signal()
    """What was taken is not wanted."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._job: Job[SpeedTrials | None] | None = None
        self.dialog: SpeedDialog | None = None
        """Open as long as it is not None."""
        self.measured: Measured | None = None

    def begin(self, project: Project) -> None:
        """Opens the dialog and begins to measure."""
        if self.dialog is not None:
            return
        enough = threading.Event()
        self.dialog = SpeedDialog(self._window)
        self.dialog.enough.connect(enough.set)
        self.dialog.given_up.connect(self._give_up)
        self.dialog.put_back.connect(self.put_back)
        self.dialog.finished.connect(self._forget_dialog)
        self._job = Job(
            partial(_try, project, enough),
            partial(self._show, project),
            self._fail,
            self._tell,
            owner=self,
            ended=self._end,
        )
        self.dialog.open()
        self._job.start()

    def close(self) -> None:
        """Gives up, and waits for the step that is being computed."""
        if self._job is not None:
            self._job.close()
            self._job = None

    @Slot()
    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _end(self) -> None:
        given_up = self._job is not None and self._job.cancelled
        self._job = None
        # only a collection frees what was trained, and only in this thread may it free Qt's objects
        gc.collect()
        give_back_memory()
        if given_up and self.dialog is not None:
            self.dialog.let_go()

    def _show(self, project: Project, trials: SpeedTrials | None) -> None:
        if trials is None:
            self._fail(message("Nothing was measured yet."))
            return
        self.measured = Measured(project, trials, QTime.currentTime().toString("HH:mm"))
        self.found.emit()
        machine, threads = project.recipe.machine, self.measured.threads
        taken = trials.taken(machine, threads)
        if taken != machine:
            self.taken.emit(taken)
        if self.dialog is not None:
            gain = trials.gain(machine, threads) if taken != machine else 0.0
            self.dialog.show_trials(trials, trials.best(machine, threads), gain)

    def _fail(self, reason: Message) -> None:
        if self.dialog is not None:
            self.dialog.show_failure(said(reason))

    def _tell(self, share: float) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(share)

    @Slot()
    def _forget_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def _without_switches(project: Project) -> Project:
    machine = replace(plain_switches(project.recipe.machine), threads=0)
    return replace(project, recipe=replace(project.recipe, machine=machine))


def _try(project: Project, enough: threading.Event, task: Task) -> SpeedTrials | None:
    # imported late: torch takes a second
    from networks.training.experiments.speed_trial import try_switches

    return try_switches(project, lambda share: task.report(share) and not enough.is_set())
