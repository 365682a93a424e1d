"""Runs training in a thread, and passes its events to the window through a box."""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import Job, Task, broke_off
from app.background.log import LOG
from app.session.version import version
from app.training.memory import give_back_memory
from networks.core.message import Message, UserError, message
from networks.project.project import Project
from networks.recipes.steering import Course, Value
from networks.runs.events import Event, Failed, Finished, Noticed
from networks.runs.failure import explain
from networks.runs.kept.environment import approximately
from networks.runs.kept.reading import read_run
from networks.runs.record import Record

if TYPE_CHECKING:
    from torch import Tensor

    from networks.training.recorder import Recorder
    from networks.training.run import Run

TICK_MS = 100
"""How often the window takes the events, in milliseconds, however fast training is.

Drawing both charts takes about 10 ms in which the training thread waits for the interpreter.
"""


class State(Enum):
    """What the trainer is doing. STOPPING lasts until the batch that is being computed is done."""

    IDLE = "idle"
    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"


class Beginning(NamedTuple):
    """What a run begins with besides its project.

    `weights` are those of another run to go on from; None draws or fetches the first weights as the recipe
    says. `course` is that of an earlier run that is repeated.
    """

    weights: Mapping[str, Tensor] | None = None
    course: Course | None = None


class Keeping(NamedTuple):
    """Where a new run is kept, in a folder of runs, and what it is called there."""

    runs: Path
    title: str
    short: str
    parent: str = ""


class _Gate:
    """Tells the training thread, between two batches, whether to go on."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.stopped = False

    def pause(self) -> None:
        self._open.clear()

    def resume(self) -> None:
        self._open.set()

    def stop(self) -> None:
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


class _Leg:
    """One leg of a run: what the training thread does, and the box that it puts events into.

    It computes nothing itself: everything that computes is in networks.training.
    """

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
        self._project, self._id, self._epochs, self._beginning = project, id, epochs, beginning
        self._keeping = keeping
        self.training_run = run
        self.recorder: Recorder | None = None
        self.record: Record | None = None
        """What a run that goes on from its folder has told before."""
        self.box: deque[Event] = deque()
        self.gate = _Gate()

    def drive(self, _: Task) -> None:
        """Trains until the end, until it is stopped or until it fails. A failure is an event like others."""
        failure: Failed | None = None
        try:
            self._train()
        except BaseException as error:  # noqa: BLE001  whatever it is, the user is told
            failure = explain(error, self._id)
        # outside of the except block: there, the traceback would keep all tensors alive
        if failure is not None:
            self.box.append(failure)

    def _train(self) -> None:
        run = self._prepared()
        events = run.train(self._epochs, repeating=self._beginning.course is not None)
        for event in events:
            self._take(event)
            if not isinstance(event, Finished | Failed) and not self._passes():
                events.close()
                for last in run.stopped():
                    self._take(last)
                return

    def _take(self, event: Event) -> None:
        self.box.append(event)
        if self.recorder is not None:
            self.box.extend(self.recorder.take(event))

    def _passes(self) -> bool:
        """Whether to go on. Before a pause, what was trained is brought to the disk."""
        if self.gate.closed and self.recorder is not None:
            self.recorder.checkpoint()
        return self.gate.passes()

    def _prepared(self) -> Run:
        """The run: a new one, that of the leg before, or one that goes on from its folder."""
        # the first training imports torch, if the loader has not done so yet
        from networks.training.run import Run

        folder = self._keeping if isinstance(self._keeping, Path) else None
        if self.training_run is None and folder is not None:
            return self._read(folder)
        if self.training_run is None:
            weights, course = self._beginning
            changes = () if course is None else course.changes
            run = self.training_run = Run(self._project, self._id, changes=changes, weights=weights)
        run = self.training_run
        # nothing that concerns the files may keep it from training
        try:
            self.recorder = self._recorder(run, folder)
        except Exception as error:  # noqa: BLE001  the user is told
            reason = error.reason if isinstance(error, UserError) else broke_off(error)
            LOG.warning("a run is not kept: %s", reason)
            self.box.append(Noticed(self._id, message("The run is not kept. {reason}", reason=reason)))
        return run

    def _recorder(self, run: Run, folder: Path | None) -> Recorder | None:
        if self._keeping is None:
            return None
        from networks.training.machine import environment
        from networks.training.recorder import Named, begun, gone_on

        if folder is not None:
            return gone_on(run, folder, environment(run, version()), ())
        assert isinstance(self._keeping, Keeping)
        runs, title, short, parent = self._keeping
        weights, course = self._beginning
        return begun(
            run,
            runs,
            Named(title, short, parent),
            version=version(),
            epochs=self._epochs,
            course=course,
            weights=weights,
        )

    def _read(self, folder: Path) -> Run:
        from networks.training.resuming import resumed

        run, self.recorder, differs, passed_over = resumed(folder, self._id, version())
        self.record = read_run(folder, self._id, until=run.step).record
        self.training_run = run
        for reason in (*passed_over, *([approximately(differs)] if differs else ())):
            self.box.append(Noticed(self._id, reason))
        return run


class Trainer(QObject):
    """Starts, pauses and stops training, and hands on its events, ten times a second and none lost.

    A run keeps the project that it was started from, so that editing while it trains is safe.
    """

    events_arrived = Signal(object)
    """A tuple of events, in order."""
    reopened = Signal(object)
    """The record of a run that goes on from its folder, up to where it goes on. Comes before its events."""
    state_changed = Signal(object)
    """The new `State`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = State.IDLE
        self.project: Project | None = None
        """What the current or last run was started from."""
        self.folder: Path | None = None
        """Where the current or last run is kept; None where it is not."""
        self._id = "run"
        self._run: Run | None = None
        self._leg: _Leg | None = None
        self._job: Job[None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._take_events)

    @property
    def busy(self) -> bool:
        """Whether the thread is running, which includes being paused or about to stop."""
        return self._leg is not None

    @property
    def run(self) -> Run | None:
        """The current or last run; its weights may be read while the trainer is not busy."""
        return self._run

    def start(
        self,
        project: Project,
        epochs: int | None = None,
        id: str = "run",
        beginning: Beginning = Beginning(),  # noqa: B008  a value
        keeping: Keeping | None = None,
    ) -> None:
        """Starts a new run; its events carry `id` as their `run`. Only while not busy."""
        assert not self.busy
        self.forget()
        self.project, self._id, self.folder = project, id, None
        planned = project.recipe.learning.epochs if beginning.course is None else beginning.course.epochs
        self._launch(planned if epochs is None else epochs, keeping, beginning)

    def go_on(self, project: Project, folder: Path, id: str) -> None:
        """Goes on with the run of this project that is kept in a folder. Only while not busy."""
        assert not self.busy
        self.forget()
        self.project, self._id, self.folder = project, id, folder
        self._launch(None, folder)

    def move(self, move: Callable[[Path], Path]) -> None:
        """Has the current or last run's folder moved to where `move` says; may be called in any thread."""
        leg = self._leg
        recorder = None if leg is None else leg.recorder
        if recorder is not None:
            recorder.move(move)
            self.folder = recorder.folder
        elif self.folder is not None:
            self.folder = move(self.folder)

    @Slot()
    def forget(self) -> None:
        """Gives back the memory of the last run: its weights and the optimizer's memory of each of them.

        They are kept until then, so that the run can go on and its weights can be exported.
        """
        if self.busy or self._run is None:
            return
        self._run = None
        # its parts refer to each other: only a collection frees them, here and not in the thread
        gc.collect()
        give_back_memory()

    def train_further(self) -> None:
        """Trains one more epoch: of the current run, or of the last one with its weights."""
        if self.busy:
            if self._run is not None:
                self._run.target_epochs += 1
        elif self._run is not None:
            self._launch(1, self.folder)

    @Slot()
    def pause(self) -> None:
        """Pauses after the batch that is being computed."""
        if self.state is State.TRAINING and self._leg is not None:
            self._leg.gate.pause()
            self._become(State.PAUSED)

    @Slot()
    def resume(self) -> None:
        """Continues where it was paused."""
        if self.state is State.PAUSED and self._leg is not None:
            self._leg.gate.resume()
            self._become(State.TRAINING)

    @Slot()
    def stop(self) -> None:
        """Ends the run after the batch that is being computed; the weights stay."""
        if self._leg is not None and self.state is not State.STOPPING:
            self._leg.gate.stop()
            if self._leg.training_run is not None:
                self._leg.training_run.hurry()
            self._become(State.STOPPING)

    def close(self) -> None:
        """Stops and waits for the thread, at most one batch long."""
        self.stop()
        if self._job is not None:
            self._job.wait()

    def steer(self, path: str, value: Value) -> bool:
        """Changes a number of the recipe in the run that goes on. False as long as it is being prepared."""
        if self._run is None or not self.busy:
            return False
        self._run.steer(path, value)
        return True

    def _launch(
        self,
        epochs: int | None,
        keeping: Keeping | Path | None,
        beginning: Beginning = Beginning(),  # noqa: B008  a value
    ) -> None:
        assert self.project is not None
        leg = _Leg(self.project, self._id, self._run, epochs, beginning, keeping)
        self._leg = leg
        self._job = Job(leg.drive, self._end, self._end, owner=self)
        self._become(State.PREPARING)
        self._timer.start()
        self._job.start()

    @Slot()
    def _take_events(self) -> None:
        leg = self._leg
        if leg is None:
            return
        if self._run is None:
            self._run = leg.training_run
        if leg.recorder is not None:
            self.folder = leg.recorder.folder
        if leg.record is not None:
            record, leg.record = leg.record, None
            self.reopened.emit(record)
        events = tuple(leg.box.popleft() for _ in range(len(leg.box)))
        if events:
            if self.state is State.PREPARING:
                self._become(State.TRAINING)
            self.events_arrived.emit(events)

    def _end(self, _: Message | None) -> None:
        """Takes the last events; the very last one says how the leg ended."""
        assert self._leg is not None
        self._take_events()
        self._timer.stop()
        self._run = self._leg.training_run
        self._leg = self._job = None
        # what a failed run left behind is freed here, in the thread in which Qt's objects may be freed too
        gc.collect()
        if self._run is not None:
            self._run.release()
        give_back_memory()
        self._become(State.IDLE)

    def _become(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)
