"""Runs as the user sees them: started, paused, stopped and continued, each with its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal, Slot

from app.training.trainer import State, Trainer
from networks.core.finding import Finding, blocking
from networks.project.difference import run_name
from networks.project.project import Project
from networks.recipes.recipe import with_settings
from networks.runs.events import Event, Failed, Finished
from networks.runs.progress import Progress
from networks.runs.record import Record, Records
from networks.runs.verdict import Verdict, verdict
from widgets.look.translation import said


class Runs(QObject):
    """Drives the trainer and keeps a record of each run.

    It is shown the project that would be trained now, and what stands in its way.
    """

    changed = Signal()
    """The stage, the progress, or whether the last run can go on has changed."""
    recorded = Signal()
    """A run has begun, runs have told more, or some were cleared."""
    ended = Signal(str)
    """A sentence that says why a run has ended."""
    outdated = Signal()
    """What was said of a run's end no longer concerns what is shown."""
    rested = Signal()
    """No training thread is running any more."""
    train_refused = Signal()
    """The user wants to train a project that cannot be trained."""

    def __init__(self, trainer: Trainer, parent: QObject) -> None:
        super().__init__(parent)
        self._trained: Project | None = None
        """What the current or last run trained."""
        self._called: str | None = None
        """The preset from which its network comes."""
        self.trainer = trainer
        self.records = Records()
        """All that runs have told, but for those that were deleted."""
        self.progress: Progress | None = None
        """Of the current or last run; None before the first."""
        self._project: Project | None = None
        self._findings: tuple[Finding, ...] = ()
        self._count = 0
        self.may_begin: Callable[[Project], bool] = lambda project: True
        """Asked before a run begins: it may take long, and the user may not want that."""
        trainer.events_arrived.connect(self._take_events)
        trainer.state_changed.connect(self._show_state)

    def show_project(self, project: Project, findings: tuple[Finding, ...]) -> None:
        """Shows what Train would train, and what stands in its way; advice does not."""
        self._project, self._findings = project, blocking(findings)
        self.changed.emit()

    @Slot()
    def train_pause_or_resume(self) -> None:
        """What Ctrl+Return does: whichever of the three makes sense now."""
        match self.trainer.state:
            case State.IDLE:
                self.train()
            case State.TRAINING:
                self.trainer.pause()
            case State.PAUSED:
                self.trainer.resume()

    @Slot()
    def train(self) -> None:
        """Starts a new run with fresh weights."""
        if self.trainer.busy:
            return
        if self._findings:
            self.train_refused.emit()
            return
        self._begin(None)

    @Slot()
    def train_further(self) -> None:
        """Trains the current or last run for one more epoch; without a run, trains a first epoch."""
        if self.trainer.busy:
            if self.progress is not None and self.trainer.state in (State.TRAINING, State.PAUSED):
                self.progress.epochs += 1
                self.trainer.train_further()
                self.changed.emit()
        elif self.further_reason():
            return
        elif self.trainer.run is None or self.progress is None:
            self._begin(1)
        else:
            self.progress.epochs = int(self.progress.epoch) + 1
            self.progress.ended = None
            self.trainer.train_further()

    @property
    def title(self) -> str:
        """What the current or last run is called; empty before the first."""
        return next((record.title for record in self.records if record.progress is self.progress), "")

    def _begin(self, epochs: int | None) -> None:
        project = self._project
        assert project is not None
        if not self.may_begin(project):
            return
        self._count += 1
        planned = project.recipe.learning.epochs if epochs is None else epochs
        record = Record(f"run-{self._count}", epochs=planned)
        self._name(record, project)
        self._trained = project
        self.records.begin(record)
        self.progress = record.progress
        self.outdated.emit()
        self.recorded.emit()
        self.trainer.start(project, epochs, record.run)

    def _name(self, record: Record, project: Project) -> None:
        """Calls a run by its network and by what was changed since the last run."""
        self._called, changes = run_name(project, self._trained, self._called)
        name = self.tr("Own network") if self._called is None else self._called
        record.short = self._unused(said(changes), "short")
        title = self.tr("{network} · {change}").format(network=name, change=said(changes))
        record.title = self._unused(title, "title")

    def _unused(self, name: str, kind: str) -> str:
        """The name, with a number behind it where another run has it already."""
        taken = {getattr(record, kind) for record in (*self.records, *self.records.removed)}
        number, free = 1, name
        while free in taken:
            number += 1
            free = self.tr("{name} ({number})").format(name=name, number=number)
        return free

    @Slot(object)
    def _take_events(self, events: tuple[Event, ...]) -> None:
        self.records.take(events)
        self.recorded.emit()
        if isinstance(events[-1], Finished | Failed):
            self.ended.emit(said(verdict(self.records[events[-1].run]).sentence))

    @Slot()
    def clear(self) -> None:
        """Deletes all runs that have ended; `restore` brings them back."""
        self.delete(tuple(self.records))

    @Slot(object)
    def delete(self, records: Iterable[Record]) -> None:
        """Deletes those of these runs that have ended; `restore` brings them back."""
        self.records.remove(tuple(record.run for record in records))
        self.outdated.emit()
        self.recorded.emit()

    @Slot()
    def restore(self) -> None:
        """Brings back the runs that were deleted last."""
        self.records.restore()
        self.recorded.emit()

    @Slot(object, str)
    def rename(self, record: Record, title: str) -> None:
        """Calls a run by another name; an empty one changes nothing."""
        if title.strip():
            record.title = record.short = title.strip()
            self.recorded.emit()

    @property
    def waiting(self) -> bool:
        """Whether the project was changed since the run that goes on was started."""
        return self.trainer.busy and self._trained is not None and self._project != self._trained

    @property
    def shown_progress(self) -> Progress | None:
        """The progress of the current or last run, unless that was deleted."""
        known = any(record.progress is self.progress for record in self.records)
        return self.progress if known else None

    @Slot(object)
    def _show_state(self, state: State) -> None:
        if self.progress is not None:
            if state is State.PAUSED:
                self.progress.pause()
            elif state is State.TRAINING:
                self.progress.resume()
        self.changed.emit()
        if state is State.IDLE:
            self.rested.emit()

    @property
    def verdict(self) -> Verdict | None:
        """What came of the current or last run; None while it goes on, and where its record was cleared."""
        for record in self.records:
            if record.progress is self.progress and record.ended is not None:
                return verdict(record)
        return None

    def further_reason(self) -> str:
        """Why the last run cannot go on, in words; empty if it can."""
        if self.trainer.run is None or self.trainer.project is None:
            return said(self._findings[0].sentence) if self._findings else ""
        trained, now = self.trainer.project, self._project
        assert now is not None
        learning, threads = trained.recipe.learning, trained.recipe.machine.threads
        same_length = with_settings(
            now.recipe, epochs=learning.epochs, stopping=learning.stopping, threads=threads
        )
        if trained.network == now.network and trained.recipe == same_length:
            return ""
        return self.tr("The project has changed since the last run: Train starts a new one.")
