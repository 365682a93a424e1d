"""One leg of a run: what the training thread does, and the box that it puts events into."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.background.job import Task, broke_off
from app.background.log import LOG
from app.session.version import version
from networks.core.message import Message, UserError, message
from networks.explanations.traces.step import SeenStep
from networks.project.exactness import approximately_again, inexact
from networks.project.project import Project
from networks.recipes.steering import Course
from networks.runs.events import Event, Failed, Finished, Noticed, Stepped, Validated
from networks.runs.failure import explain
from networks.runs.kept.environment import approximately
from networks.runs.kept.reading import KeptRun, read_run
from networks.runs.measures import TRAINING_LOSS
from networks.runs.record import MANY, Record

if TYPE_CHECKING:
    from torch import Tensor

    from networks.insight.witness import Witness
    from networks.training.engine.run import Run
    from networks.training.keeping.recorder import Recorder

Inside = Callable[["Run"], None]


class Beginning(NamedTuple):
    """What a run begins with besides its project.

    `weights` are those of another run to go on from; None draws or fetches the first weights as the recipe
    says. `course` is that of an earlier run that is repeated. `again` is a kept run that is trained again: it
    gives the weights, and where the run ends.
    """

    weights: Mapping[str, Tensor] | None = None
    course: Course | None = None
    again: KeptRun | None = None
    single: bool = False
    """Whether it stops behind its first step, which is seen whole."""


class Keeping(NamedTuple):
    """Where a new run is kept, in a folder of runs, and what it is called there."""

    runs: Path
    title: str
    short: str
    parent: str = ""
    tensorboard: bool = False
    """Whether event files are written, too."""


class Gate:
    """Tells the training thread, between two batches, whether to go on."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.stopped = False
        self.single = False
        """Whether only one step more is made, which is witnessed."""

    def pause(self) -> None:
        self._open.clear()

    def resume(self) -> None:
        self.single = False
        self._open.set()

    def step(self) -> None:
        """Lets a single step pass."""
        self.single = True
        self._open.set()

    def stop(self) -> None:
        self.single = False
        self.stopped = True
        self._open.set()

    @property
    def closed(self) -> bool:
        """Whether it is paused."""
        return not self._open.is_set()

    def passes(self) -> bool:
        """Waits while paused. False once stopped."""
        self._open.wait()
        return not self.stopped


class Leg:
    """What the training thread does, from its start to its end, with one run or with several.

    It computes nothing itself: everything that computes is in networks.training.
    """

    comparing = False
    """Whether it trains runs that are compared, which nobody may steer: that would make them unlike."""

    def __init__(self, id: str) -> None:
        self._id = id
        self.training_run: Run | None = None
        """The run that is trained; of several, that of the project as it is."""
        self.record: Record | None = None
        """What a run that goes on from its folder has told before."""
        self.box: deque[Event] = deque()
        self.taken: deque[tuple[Record, Project]] = deque()
        """The runs that were taken from a queue, with what they have told before, and what they train."""
        self.begun: deque[tuple[str, Recorder]] = deque()
        """The runs of a comparison or a queue that have begun, by their ids, and what keeps them."""
        self.placing = threading.Lock()
        """Held while a run gets its folder, and while folders are moved."""
        self.gate = Gate()
        self.inside: Inside = lambda run: None
        """Called by the training thread between two steps, to look into the run."""

    @property
    def recorders(self) -> Mapping[str, Recorder]:
        """Those that keep its runs, by the runs' ids."""
        raise NotImplementedError

    @property
    def failing(self) -> str:
        """The id of the run that a failure is told of."""
        return self._id

    def move(self, move: Callable[[Path], Path]) -> None:
        """The folders of runs move, while `placing` is held: those that are trained go along."""
        for recorder in self.recorders.values():
            recorder.move(move)

    def drive(self, _: Task) -> None:
        """Trains until the end, until it is stopped or until it fails. A failure is an event like others."""
        failure: Failed | None = None
        try:
            self._train()
        except BaseException as error:  # noqa: BLE001  whatever it is, the user is told
            failure = explain(error, self.failing)
        # outside of the except block: there, the traceback would keep all tensors alive
        if failure is not None:
            self.box.append(failure)
            for recorder in self.recorders.values():
                # or its folder would say that it goes on, as long as the program runs
                if not recorder.ended:
                    self.box.extend(recorder.take(failure))

    def hurry(self) -> None:
        """Gives up what takes long before the first step; called in the window's thread."""
        if self.training_run is not None:
            self.training_run.hurry()

    def _look(self, event: Event) -> None:
        """Lets look into the run after a step; while it judges, the network is not at rest."""
        run = self.training_run
        if run is not None and isinstance(event, Stepped | Validated):
            self.inside(run)

    def _train(self) -> None:
        raise NotImplementedError


class RunLeg(Leg):
    """A leg of a single run."""

    def __init__(
        self,
        project: Project,
        id: str,
        run: Run | None,
        epochs: int | None,
        beginning: Beginning,
        keeping: Keeping | Path | None,
    ) -> None:
        """`keeping` is the folder of a run that goes on, or says where a new one is kept; None keeps nothing.

        `epochs` None goes on to where the run was to end.
        """
        super().__init__(id)
        self._project, self._epochs, self._beginning = project, epochs, beginning
        self._keeping = keeping
        self.training_run = run
        self.recorder: Recorder | None = None
        self.witnessed: deque[SeenStep | Message] = deque()
        """Steps that were seen whole, or why one was not."""
        self.gate.single = self._ends = beginning.single
        self._witness: Witness | None = None
        self._seeing = False
        """Whether the step that is being made is the single one."""

    @property
    def recorders(self) -> Mapping[str, Recorder]:
        return {} if self.recorder is None else {self._id: self.recorder}

    def _train(self) -> None:
        run = self._prepared()
        self._watch(run)
        events = self._events(run)
        for event in events:
            self._take(event)
            self._look(event)
            stepped = self._tell_step(event)
            if isinstance(event, Finished | Failed):
                continue
            if (stepped and self._ends) or not self._passes(run):
                events.close()
                for last in run.stopped():
                    self._take(last)
                return

    def _watch(self, run: Run) -> None:
        """Remembers the run as it is, where a single step is to be seen."""
        if not self.gate.single or self._seeing:
            return
        self._seeing = True
        from networks.insight.witness import Witness

        try:
            self._witness = Witness(run)
        except UserError as error:
            self.witnessed.append(error.reason)

    def _tell_step(self, event: Event) -> bool:
        """Tells the story of a step that was to be the only one; gives whether it was."""
        if not self._seeing or not isinstance(event, Stepped):
            return False
        self._seeing = False
        if not self._ends and self.gate.single:
            self.gate.pause()
            self.gate.single = False
        witness, self._witness = self._witness, None
        if witness is not None:
            try:
                self.witnessed.append(witness.story(event.values[TRAINING_LOSS.name]))
            except Exception as error:  # noqa: BLE001  the run goes on, and the user is told
                self.witnessed.append(broke_off(error))
        return True

    def _events(self, run: Run) -> Generator[Event, None, None]:
        again, course = self._beginning.again, self._beginning.course
        if again is None or course is None:
            return run.train(self._epochs, repeating=course is not None)
        from networks.training.experiments.repeating import end_of_record, trained_again

        return trained_again(run, course, end_of_record(again.record))

    def _first_weights(self) -> Mapping[str, Tensor] | None:
        if self._beginning.again is None:
            return self._beginning.weights
        from networks.training.keeping.resuming import start_weights

        return start_weights(self._beginning.again.folder)

    def _take(self, event: Event) -> None:
        self.box.append(event)
        if self.recorder is not None:
            self.box.extend(self.recorder.take(event))

    def _passes(self, run: Run) -> bool:
        """Whether to go on. Before a pause, what was trained is brought to the disk."""
        if self.gate.closed and self.recorder is not None:
            self.recorder.checkpoint()
        passes = self.gate.passes()
        if passes:
            self._watch(run)
        return passes

    def _prepared(self) -> Run:
        """The run: a new one, that of the leg before, or one that goes on from its folder."""
        # the first training imports torch, if the loader has not done so yet
        from networks.training.engine.run import Run

        folder = self._keeping if isinstance(self._keeping, Path) else None
        if self.training_run is None and folder is not None:
            return self._read(folder)
        if self.training_run is None:
            course, weights = self._beginning.course, self._first_weights()
            changes = () if course is None else course.changes
            run = self.training_run = Run(self._project, self._id, changes=changes, weights=weights)
            if course is not None and (by_chance := inexact(self._project)):
                self.box.append(Noticed(self._id, approximately_again(by_chance)))
        run = self.training_run
        # nothing that concerns the files may keep it from training
        try:
            with self.placing:
                self.recorder = self._recorder(run, folder)
        except Exception as error:  # noqa: BLE001  the user is told
            reason = error.reason if isinstance(error, UserError) else broke_off(error)
            LOG.warning("a run is not kept: %s", reason)
            self.box.append(Noticed(self._id, message("The run is not kept. {reason}", reason=reason)))
        return run

    def _recorder(self, run: Run, folder: Path | None) -> Recorder | None:
        if self._keeping is None:
            return None
        from networks.training.keeping.machine import environment
        from networks.training.keeping.recorder import Named, begun, gone_on

        if folder is not None:
            return gone_on(run, folder, environment(run, version()), ())
        assert isinstance(self._keeping, Keeping)
        runs, title, short, parent, tensorboard = self._keeping
        return begun(
            run,
            runs,
            Named(title, short, parent),
            version=version(),
            epochs=self._epochs,
            course=self._beginning.course,
            weights=run.first_weights,
            tensorboard=tensorboard,
        )

    def _read(self, folder: Path) -> Run:
        from networks.training.keeping.resuming import resumed

        with self.placing:
            run, self.recorder, differs, passed_over = resumed(folder, self._id, version())
        self.record = read_run(folder, self._id, until=run.step, most=MANY).record
        self.training_run = run
        for reason in (*passed_over, *([approximately(differs)] if differs else ())):
            self.box.append(Noticed(self._id, reason))
        return run
