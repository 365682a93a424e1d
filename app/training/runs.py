"""Runs as the user sees them: started, paused, stopped and continued, each with its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from app.training.kept_runs import Found
from app.training.leg import Beginning, Keeping
from app.training.planned_runs import PlannedRuns
from app.training.project_runs import ProjectRuns
from app.training.run_names import Before, name_run
from app.training.trainer import State, Trainer
from app.training.wishes import Wishes
from networks.core.finding import Finding, blocking
from networks.core.message import Message, UserError
from networks.project.comparing import Planned, Round
from networks.project.difference import run_name, same_but_length
from networks.project.kept_project import Repeatable
from networks.project.project import Project, read_project, share_weights
from networks.recipes.recipe import Recipe
from networks.recipes.steering import Running, steered, with_change
from networks.runs.endings import may_go_on
from networks.runs.events import Event, Failed, Finished, Noticed, Steered
from networks.runs.kept.files import PROJECT
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
    interrupted = Signal(object)
    """The record of a run that was cut off and can go on."""
    train_refused = Signal()
    """The user wants to train a project that cannot be trained."""

    def __init__(self, trainer: Trainer, every: ProjectRuns, parent: QObject) -> None:
        super().__init__(parent)
        self._trained: Project | None = None
        """What the current or last run trained."""
        self._called: str | None = None
        """The preset from which its network comes."""
        self.trainer = trainer
        self.progress: Progress | None = None
        """Of the current or last run; None before the first."""
        self._project: Project | None = None
        self._findings: tuple[Finding, ...] = ()
        self._count = 0
        self._id = ""
        """That of the current or last run."""
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
            self.kept.bring_back(self._id)
            further = int(self.progress.epoch) + 1
            self.progress.epochs = max(further, self.progress.epochs) if single else further
            self.progress.ended = None
            (self.trainer.step if single else self.trainer.train_further)()

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

    def compare(self, rounds: Sequence[Round]) -> None:
        """Trains twins turn about, or one project with several seeds."""
        if self.trainer.busy:
            return
        if not self.may_begin(rounds[0][0].project, sum(map(len, rounds)), len(rounds[0])):
            self._held_back = self._project, partial(self.compare, rounds)
            return
        self._held_back = None
        self._wishes.clear()
        self._list(self._planned.plan(rounds))
        self.every.tell()
        self.outdated.emit()
        self.trainer.compare(rounds, self.place())

    def sweep(self, queue: Queue) -> None:
        """Trains the runs that wait in the queue of a sweep, one after the other."""
        if self.trainer.busy or self._project is None:
            return
        if not self.may_begin(self._project, len(queue.numbers())):
            self._held_back = self._project, partial(self.sweep, queue)
            return
        self._held_back = None
        self._wishes.clear()
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
        self.progress, self._id = record.progress, record.run
        self._trained, self._called = project, run_name(project)[0]
        self.every.tell()

    def _list(self, begun: Iterable[tuple[Planned, Record]]) -> None:
        """Lists runs of a comparison as they begin. What is shown in the bar is the project as it is."""
        for planned, record in begun:
            self.records.begin(record)
            self.table.begin(record, planned.project, planned.part)
            if planned.part.side == "A":
                self.progress, self._id = record.progress, record.run
                self._trained, self._called = planned.project, run_name(planned.project)[0]

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
        if not self.may_begin(project):
            self._held_back = self._project, partial(self._begin, epochs, project, beginning, parent, named)
            return
        self._held_back = None
        self._count += 1
        planned = project.recipe.learning.epochs if epochs is None else epochs
        record = Record(f"run-{self._count}", epochs=planned, most=MANY)
        before = Before(self._trained, self._called)
        self._called = name_run(record, project, before, self.records, parent, named)
        self._trained = project
        self._wishes.clear()
        self.records.begin(record)
        self.table.begin(record, project)
        self.progress = record.progress
        self.outdated.emit()
        self.every.tell()
        self._id = record.run
        runs = self.place()
        names = record.title, record.short, parent
        keeping = None if runs is None else Keeping(runs, *names, tensorboard=self.tensorboard())
        self.trainer.start(project, epochs, record.run, beginning, keeping)

    # what is kept

    def show_runs(self, runs: Path) -> None:
        """Another project was opened: shows the runs in this folder of runs in place of those that ended."""
        if not self.trainer.busy:
            self.progress = self._trained = self._called = None
        self.outdated.emit()
        self.every.show_folder(runs)

    def may_go_on(self, record: Record) -> bool:
        """Whether a run that did not come to its end can go on from its folder."""
        return may_go_on(record.ended) and record.run in self.kept.folders

    @Slot(object)
    def go_on(self, record: Record) -> None:
        """Goes on with a run that was interrupted or stopped, from its last checkpoint to its planned end."""
        folder = self.kept.folders.get(record.run)
        if self.trainer.busy:
            self.noted.emit(self.tr("A run is in progress: stop it first, or wait until it ends."), False)
            return
        if folder is None:
            return
        try:
            project = read_project(folder / PROJECT)
        except UserError as error:
            self.noted.emit(said(error.reason), False)
            return
        self._trained, self._id = project, record.run
        self._wishes.clear()
        self.progress = record.progress
        self.outdated.emit()
        self.trainer.go_on(project, folder, record.run)

    @Slot(object)
    def _take_found(self, found: Found) -> None:
        record = found.run.record
        if record.run not in self.every.opened or found.project is None:
            return
        if self.trainer.run is None and not self.trainer.busy:
            # the next run is called by what was changed since this one
            self._trained = found.project
            self._called = run_name(found.project)[0]
        if found.run.state == "interrupted":
            self.interrupted.emit(record)

    @Slot(object)
    def _tell_end_of(self, record: Record) -> None:
        """A run that another process trained has ended."""
        self.ended.emit(verdict(record))
        if self.may_go_on(record):
            self.interrupted.emit(record)

    @Slot(object)
    def _take_reopened(self, record: Record) -> None:
        before = self.records[record.run]
        record.title, record.short = before.title, before.short
        self.records.begin(record)
        self.progress = record.progress
        self.every.tell()

    @Slot(object)
    def _tell_trouble(self, reason: Message) -> None:
        self.noted.emit(said(reason), False)

    def steer(self, old: Recipe, new: Recipe) -> bool:
        """Makes an edit of the recipe change the run that goes on as well; False where it cannot."""
        if not self.trainer.busy or self.trainer.comparing or self._trained is None:
            return False
        changes = steered(self._trained.recipe, old, new)
        for path, value in changes.items():
            recipe = with_change(self._trained.recipe, path, value)
            self._trained = replace(self._trained, recipe=recipe)
        if changes:
            self._wishes.add(changes)
        return bool(changes)

    @property
    def running(self) -> Running | None:
        """The run that goes on; None where none does, and once it is about to stop."""
        if not self.trainer.busy or self._trained is None or self.trainer.state is State.STOPPING:
            return None
        if self.trainer.comparing:
            return None
        return Running(self.title, self._trained.recipe)

    @Slot(object)
    def _take_events(self, events: tuple[Event, ...]) -> None:
        self._list(self._planned.begin(events))
        self.kept.know(self._id, self.trainer.folder)
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
        return self.trainer.busy and self._trained is not None and self._project != self._trained

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
        if self.trainer.run is None or self._trained is None:
            return said(self._findings[0].sentence) if self._findings else ""
        trained, now = self._trained, self._project
        assert now is not None
        if same_but_length(trained, now):
            return ""
        return self.tr("The project has changed since the last run: Train starts a new one.")
