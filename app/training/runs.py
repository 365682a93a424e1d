"""Runs as the user sees them: started, paused, stopped and continued, each with its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.training.kept_runs import Found
from app.training.latest_run import LatestRun
from app.training.leg import Beginning, Keeping
from app.training.planned_runs import PlannedRuns
from app.training.project_runs import ProjectRuns
from app.training.run_names import before, name_run
from app.training.trainer import State, Trainer
from app.training.unfinished_runs import UnfinishedRuns
from app.training.wishes import Wishes
from networks.core.finding import Finding, blocking
from networks.core.message import Message
from networks.project.comparing import Planned, Round
from networks.project.difference import same_but_length
from networks.project.kept_project import Repeatable
from networks.project.project import Project, share_weights
from networks.recipes.recipe import Recipe
from networks.recipes.steering import Running
from networks.runs.events import Event, Failed, Finished, Noticed, Steered
from networks.runs.progress import Progress
from networks.runs.record import MANY, Record
from networks.runs.sweeps.queue import Queue
from networks.runs.verdict import Verdict, verdict
from widgets.look.translation import said

if TYPE_CHECKING:
    from torch import Tensor


class Runs(QObject):
    """Drives the trainer and keeps a record of each run.

    It is shown the project that would be trained now, and what stands in its way.
    """

    changed = Signal()
    """The stage, the progress, or whether the last run can go on has changed."""
    recorded = Signal()
    """A run has begun, runs have told more, or some were cleared."""
    ended = Signal(object)
    """The `Verdict` on a run that has ended."""
    outdated = Signal()
    """What was said of a run's end no longer concerns what is shown."""
    rested = Signal()
    """No training thread is running any more."""
    steered = Signal(str)
    """What has been changed in the run that goes on, in words."""
    noted = Signal(str, bool)
    """A sentence about the run that goes on, and whether the run waits until the next event."""
    train_refused = Signal()
    """The user wants to train a project that cannot be trained."""

    def __init__(self, trainer: Trainer, every: ProjectRuns, parent: QObject) -> None:
        super().__init__(parent)
        self.trainer = trainer
        self._latest = LatestRun()
        self._project: Project | None = None
        self._findings: tuple[Finding, ...] = ()
        self._count = 0
        self._wishes = Wishes(trainer, self)
        self._held_back: tuple[Project | None, Callable[[], None]] | None = None
        """The run that `may_begin` did not let begin, and which project was shown then."""
        self._planned = PlannedRuns()
        self.every = every
        """All runs of the project, also those of former days and of other processes."""
        self.records, self.kept, self.table = self.every.records, self.every.kept, self.every.table
        self.every.recorded.connect(self.recorded)
        self.every.found.connect(self._take_found)
        self.every.deleted.connect(self.outdated)
        self.every.troubled.connect(self._tell_trouble)
        self.every.watched.ended.connect(self._tell_end_of)
        self.unfinished = UnfinishedRuns(trainer, every, self)
        self.unfinished.goes_on.connect(self._take_up)
        self.unfinished.refused.connect(self._tell)
        trainer.reopened.connect(self._take_reopened)
        trainer.taken.connect(self._list_queued)
        trainer.kept.connect(self.kept.know)
        self.place: Callable[[], Path | None] = lambda: None
        """Says in which folder of runs a run that begins now is kept; None keeps nothing."""
        self.tensorboard: Callable[[], bool] = lambda: False
        """Says whether it also writes event files for TensorBoard."""
        self.may_begin: Callable[..., bool] = lambda project, runs=1, at_once=1: True
        """Asked before this many runs begin: they may take long, and the user may not want that."""
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
    def train(self, single: bool = False) -> None:
        """Starts a new run with fresh weights, which may stop behind a `single` step."""
        if self.trainer.busy:
            return
        if self._findings:
            self.train_refused.emit()
            return
        self._begin(None, beginning=Beginning(single=single))

    @Slot()
    def train_further(self, single: bool = False) -> None:
        """Trains the current or last run for one more epoch, or by a `single` step; else a first epoch."""
        if self.trainer.busy and not self.trainer.comparing:
            if self.progress is not None and self.trainer.state in (State.TRAINING, State.PAUSED):
                self.progress.epochs += 1
                self.trainer.train_further()
                self.changed.emit()
        elif self.further_reason():
            return
        elif self.trainer.run is None or self.progress is None:
            self._begin(1)
        else:
            self.kept.bring_back(self._latest.id)
            further = int(self.progress.epoch) + 1
            self.progress.epochs = max(further, self.progress.epochs) if single else further
            self.progress.ended = None
            (self.trainer.step if single else self.trainer.train_further)()

    @property
    def progress(self) -> Progress | None:
        """Of the current or last run; None before the first."""
        return self._latest.progress

    @property
    def title(self) -> str:
        """What the current or last run is called; empty before the first."""
        return next((record.title for record in self.records if record.progress is self.progress), "")

    @Slot()
    def repeat(self) -> None:
        """Repeats the last run exactly, as a run of its own: with what was changed while it went on, and
        through as many epochs, one that had begun counted whole.
        """
        run = self.trainer.run
        if self.repeat_reason() or run is None:
            return
        again = Beginning(run.first_weights, run.course)
        self._begin(run.course.epochs, run.project, again)

    def repeat_reason(self) -> str:
        """Why the last run cannot be repeated now, in words; empty if it can."""
        if self.trainer.busy:
            return self.tr("A run is in progress: stop it first, or wait until it ends.")
        return "" if self.trainer.run is not None else self.tr("There is no run yet to repeat.")

    def train_again(self, again: Repeatable) -> None:
        """Trains a kept run again exactly, as a run of its own."""
        if not self.trainer.busy:
            beginning = Beginning(course=again.course, again=again.kept)
            named = said(again.title), said(again.short)
            self._begin(again.course.epochs, again.project, beginning, again.kept.record.parent, named)

    @Slot()
    def continue_from(self) -> None:
        """Starts a run of the project as it is now from the last run's weights; the recipe says which."""
        project, run = self._project, self.trainer.run
        if self.continue_reason() or project is None or run is None:
            return
        weights = run.weights(project.recipe.learning.stopping.keep)
        self._begin(None, project, Beginning(weights), self.title)

    def continue_reason(self) -> str:
        """Why no run can go on from the last run's weights, in words; empty if one can."""
        project, run = self._project, self.trainer.run
        if self.trainer.busy:
            return self.tr("A run is in progress: steer it, or stop it first.")
        if run is None or project is None:
            return self.tr("There are no trained weights yet: train first.")
        if self._findings:
            return said(self._findings[0].sentence)
        if not share_weights(project, run.project):
            return self.tr("The last run's weights do not fit: the network or its classes have changed.")
        return ""

    def continue_with(self, weights: Mapping[str, Tensor], trained: Project, title: str) -> str:
        """Starts a run of the project as it is now from these weights; says why not, where it cannot.

        `trained` is what the run with this title trained, whose weights they are.
        """
        project = self._project
        if self.trainer.busy:
            return self.tr("A run is in progress: steer it, or stop it first.")
        if project is None or self._findings:
            return said(self._findings[0].sentence) if self._findings else ""
        if not share_weights(project, trained):
            return self.tr(
                "The weights of “{run}” do not fit: the network or its classes are others. "
                "Open what the run trained first."
            ).format(run=title)
        self._begin(None, project, Beginning(weights), title)
        return ""

    @Slot()
    def begin_again(self) -> None:
        """Begins the run that was held back, unless the project has changed meanwhile."""
        held, self._held_back = self._held_back, None
        if held is not None and held[0] is self._project and not self.trainer.busy and not self._findings:
            held[1]()

    def _let_begin(
        self, begin: Callable[[], None], project: Project, runs: int = 1, at_once: int = 1
    ) -> bool:
        """Whether so many runs may begin now; else they are held back until `begin_again`."""
        may = self.may_begin(project, runs, at_once)
        self._held_back = None if may else (self._project, begin)
        if may:
            self._wishes.clear()
        return may

    def compare(self, rounds: Sequence[Round]) -> None:
        """Trains twins turn about, or one project with several seeds."""
        if self.trainer.busy:
            return
        asked = rounds[0][0].project, sum(map(len, rounds)), len(rounds[0])
        if not self._let_begin(partial(self.compare, rounds), *asked):
            return
        self._list(self._planned.plan(rounds))
        self.every.tell()
        self.outdated.emit()
        self.trainer.compare(rounds, self.place())

    def sweep(self, queue: Queue) -> None:
        """Trains the runs that wait in the queue of a sweep, one after the other."""
        if self.trainer.busy or self._project is None:
            return
        if not self._let_begin(partial(self.sweep, queue), self._project, len(queue.numbers())):
            return
        self.outdated.emit()
        self._count += 1
        self.trainer.sweep(queue, self._project, f"sweep-{self._count}", self.kept.run_in, self.tensorboard())

    @Slot(object, object)
    def _list_queued(self, record: Record, project: Project) -> None:
        """Lists a run of a sweep that begins or goes on, and shows it in the bar."""
        if record.run in self.records:
            record.title, record.short = self.records[record.run].title, self.records[record.run].short
        self.records.begin(record)
        self.table.begin(record, project)
        self._latest.take(record, project)
        self.every.tell()

    def _list(self, begun: Iterable[tuple[Planned, Record]]) -> None:
        """Lists runs of a comparison as they begin. What is shown in the bar is the project as it is."""
        for planned, record in begun:
            self.records.begin(record)
            self.table.begin(record, planned.project, planned.part)
            if planned.part.side == "A":
                self._latest.take(record, planned.project)

    def _begin(
        self,
        epochs: int | None,
        project: Project | None = None,
        beginning: Beginning = Beginning(),  # noqa: B008  a value
        parent: str = "",
        named: tuple[str, str] | None = None,
    ) -> None:
        project = project or self._project
        assert project is not None
        if not self._let_begin(partial(self._begin, epochs, project, beginning, parent, named), project):
            return
        self._count += 1
        planned = project.recipe.learning.epochs if epochs is None else epochs
        record = Record(f"run-{self._count}", epochs=planned, most=MANY)
        trained = name_run(record, project, self._latest.trained, self.records, parent, named)
        self._latest.take(record, project, trained)
        self.records.begin(record)
        self.table.begin(record, project)
        self.outdated.emit()
        self.every.tell()
        runs = self.place()
        names = record.title, record.short, parent
        keeping = None if runs is None else Keeping(runs, *names, tensorboard=self.tensorboard())
        self.trainer.start(project, epochs, record.run, beginning, keeping)

    # what is kept

    def show_runs(self, runs: Path) -> None:
        """Another project was opened: shows the runs in this folder of runs in place of those that ended."""
        if not self.trainer.busy:
            self._latest.forget()
        self.outdated.emit()
        self.every.show_folder(runs)

    @Slot(object, object)
    def _take_up(self, record: Record, project: Project) -> None:
        """A run that was kept goes on."""
        self._latest.take(record, project)
        self._wishes.clear()
        self.outdated.emit()

    @Slot(object)
    def _take_found(self, found: Found) -> None:
        record = found.run.record
        if record.run not in self.every.opened or found.project is None:
            return
        if self.trainer.run is None and not self.trainer.busy:
            # the next run is called by what was changed since this one
            self._latest.trained = before(found.project)

    @Slot(object)
    def _tell_end_of(self, record: Record) -> None:
        """A run that another process trained has ended."""
        self.ended.emit(verdict(record))

    @Slot(object)
    def _take_reopened(self, record: Record) -> None:
        before = self.records[record.run]
        record.title, record.short = before.title, before.short
        self.records.begin(record)
        self._latest.progress = record.progress
        self.every.tell()

    @Slot(object)
    def _tell_trouble(self, reason: Message) -> None:
        self._tell(said(reason))

    @Slot(str)
    def _tell(self, sentence: str) -> None:
        self.noted.emit(sentence, False)

    def steer(self, old: Recipe, new: Recipe) -> bool:
        """Makes an edit of the recipe change the run that goes on as well; False where it cannot."""
        if not self.trainer.busy or self.trainer.comparing:
            return False
        changes = self._latest.steer(old, new)
        if changes:
            self._wishes.add(changes)
        return bool(changes)

    @property
    def running(self) -> Running | None:
        """The run that goes on; None where none does, and once it is about to stop."""
        trained = self._latest.project
        if not self.trainer.busy or trained is None or self.trainer.state is State.STOPPING:
            return None
        return None if self.trainer.comparing else Running(self.title, trained.recipe)

    @Slot(object)
    def _take_events(self, events: tuple[Event, ...]) -> None:
        self._list(self._planned.begin(events))
        self.kept.know(self._latest.id, self.trainer.folder)
        self.records.take(events)
        self.every.tell()
        for event in events:
            if isinstance(event, Steered):
                self.steered.emit(said(event.words))
            elif isinstance(event, Noticed):
                self.noted.emit(said(event.message), event.waits)
            elif isinstance(event, Finished | Failed):
                self.ended.emit(verdict(self.records[event.run]))

    @property
    def waiting(self) -> bool:
        """Whether the project was changed since the run that goes on was started."""
        return self.trainer.busy and self._latest.project not in (None, self._project)

    @property
    def shown_progress(self) -> Progress | None:
        """The progress of the run that goes on, here or in another program, else of the last one here.

        None where that was deleted.
        """
        if not self.trainer.busy and self.every.watched.runs:
            return self.records[self.every.watched.runs[-1]].progress
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
            if record.progress is self.shown_progress and record.ended is not None:
                return verdict(record)
        return None

    def further_reason(self) -> str:
        """Why the current or last run cannot train for longer, in words; empty if it can."""
        if self.trainer.comparing:
            return self.tr("Runs that are compared train as long as planned, or they could not be compared.")
        if self.trainer.busy:
            return ""
        trained, now = self._latest.project, self._project
        if self.trainer.run is None or trained is None:
            return said(self._findings[0].sentence) if self._findings else ""
        assert now is not None
        if same_but_length(trained, now):
            return ""
        return self.tr("The project has changed since the last run: Train starts a new one.")
