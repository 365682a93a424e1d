"""Runs as the user sees them: started, paused, stopped and continued, each with its record."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from app.training.trainer import State, Trainer
from networks.core.finding import Finding
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
    rested = Signal()
    """No training thread is running any more."""
    train_refused = Signal()
    """The user wants to train a project that cannot be trained."""

    def __init__(
        self,
        trainer: Trainer,
        steps_since: Callable[[Project], tuple[str, ...]],
        parent: QObject,
    ) -> None:
        """`steps_since` returns the names of the edits since the document held a given project."""
        super().__init__(parent)
        self._steps_since = steps_since
        self._trained: Project | None = None
        self.trainer = trainer
        self.records = Records()
        """All that runs have told, but for those that were cleared."""
        self.progress: Progress | None = None
        """Of the current or last run; None before the first."""
        self._project: Project | None = None
        self._findings: tuple[Finding, ...] = ()
        self._count = 0
        trainer.events_arrived.connect(self._take_events)
        trainer.state_changed.connect(self._show_state)

    def show_project(self, project: Project, findings: tuple[Finding, ...]) -> None:
        """Shows what Train would train, and what stands in its way."""
        self._project, self._findings = project, findings
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

    def _begin(self, epochs: int | None) -> None:
        project = self._project
        assert project is not None
        self._count += 1
        optimizer = project.recipe.learning.optimizer
        title = self.tr("Run {number} · {optimizer} {rate:g}").format(
            number=self._count, optimizer=type(optimizer).__name__, rate=optimizer.lr
        )
        if what := self._what_changed():
            title = self.tr("{run} · {change}").format(run=title, change=what)
        self._trained = project
        planned = project.recipe.learning.epochs if epochs is None else epochs
        record = Record(f"run-{self._count}", title, planned)
        self.records.begin(record)
        self.progress = record.progress
        self.recorded.emit()
        self.trainer.start(project, epochs, record.run)

    def _what_changed(self) -> str:
        """How this run differs from the last: the edit between them, or the newest of several."""
        steps = self._steps_since(self._trained) if self._trained is not None else ()
        if len(steps) < 2:
            return "".join(steps)
        return self.tr("{step} and {count} more").format(step=steps[-1], count=len(steps) - 1)

    @Slot(object)
    def _take_events(self, events: tuple[Event, ...]) -> None:
        self.records.take(events)
        self.recorded.emit()
        if isinstance(events[-1], Finished | Failed):
            self.ended.emit(said(verdict(self.records[events[-1].run]).sentence))

    @Slot()
    def clear(self) -> None:
        """Forgets the runs that have ended."""
        self.records.clear()
        self.recorded.emit()

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
        epochs, threads = trained.recipe.learning.epochs, trained.recipe.machine.threads
        same_length = with_settings(now.recipe, epochs=epochs, threads=threads)
        if trained.network == now.network and trained.recipe == same_length:
            return ""
        return self.tr("The project has changed since the last run: Train starts a new one.")
