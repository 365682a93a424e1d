"""Runs training in a thread, and passes its events to the window through a box."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import Job
from app.training.comparing_leg import ComparingLeg
from app.training.leg import Beginning, Inside, Keeping, Leg, RunLeg
from app.training.memory import give_back_memory
from app.training.sweep_leg import RunIn, SweepLeg
from networks.core.message import Message
from networks.project.comparing import Round
from networks.project.project import Project
from networks.recipes.steering import Value
from networks.runs.sweeps.queue import Queue

if TYPE_CHECKING:
    from networks.training.engine.run import Run

TICK_MS, SLOWEST_TICK_MS = 100, 250
"""How often the window takes the events, in milliseconds, however fast training is."""
SHARE = 0.06
"""So much of a core's time the window shall need while it trains.

Drawing the charts takes some milliseconds, in which the thread that trains waits for the interpreter. Where
it takes longer, because there are many curves or the computer is slow, events are taken less often.
"""


class State(Enum):
    """What the trainer is doing. STOPPING lasts until the batch that is being computed is done."""

    IDLE = "idle"
    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"


def tick_ms(used: float) -> int:
    """After how long the window takes the next events, where it used this many seconds since the last."""
    return min(SLOWEST_TICK_MS, max(TICK_MS, round(1000 * used / SHARE)))


class Trainer(QObject):
    """Starts, pauses and stops training, and hands on its events, some times a second and none lost.

    A run keeps the project that it was started from, so that editing while it trains is safe.
    """

    events_arrived = Signal(object)
    """A tuple of events, in order."""
    reopened = Signal(object)
    """The record of a run that goes on from its folder, up to where it goes on. Comes before its events."""
    taken = Signal(object, object)
    """The record of a run that was taken from a queue, with what it has told before, and what it trains.

    Comes before its events.
    """
    kept = Signal(str, object)
    """The id of a run of a comparison or a queue, and the folder in which it is kept."""
    state_changed = Signal(object)
    """The new `State`."""
    step_seen = Signal(object)
    """A single step that was wished for, as a `SeenStep`, or a sentence why it cannot be shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = State.IDLE
        self.project: Project | None = None
        """What the current or last run was started from."""
        self.folder: Path | None = None
        """Where the current or last run is kept; None where it is not."""
        self.insides: dict[str, Inside] = {}
        """Called in the training thread between two steps, to look into the run without changing it."""
        self._id = "run"
        self._run: Run | None = None
        self._leg: Leg | None = None
        self._job: Job[None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._used = 0.0
        """The processor time that the window's thread had used up to the last tick."""

    @property
    def busy(self) -> bool:
        """Whether the thread is running, which includes being paused or about to stop."""
        return self._leg is not None

    @property
    def paused(self) -> bool:
        """Whether a run waits between two batches."""
        return self.state is State.PAUSED

    @property
    def comparing(self) -> bool:
        """Whether twins, seeds or the runs of a sweep are being trained."""
        return self._leg is not None and self._leg.comparing

    @property
    def queue(self) -> Queue | None:
        """The sweep whose runs are being trained; None where none is."""
        return self._leg.queue if isinstance(self._leg, SweepLeg) else None

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

    def compare(self, rounds: Sequence[Round], runs: Path | None) -> None:
        """Trains twins, or one project with several seeds, in a folder of runs. Only while not busy."""
        assert not self.busy
        self.forget()
        first = rounds[0][0]
        self.project, self._id, self.folder = first.project, first.id, None
        self._begin(ComparingLeg(rounds, runs))

    def sweep(
        self, queue: Queue, project: Project, id: str, run_in: RunIn, tensorboard: bool = False
    ) -> None:
        """Trains the runs that wait in a queue, made from this project. Only while not busy.

        Their ids begin with `id`, but for those that `run_in` gives for folders that are shown already.
        """
        assert not self.busy
        self.forget()
        self.project, self._id, self.folder = project, id, None
        self._begin(SweepLeg(queue, id, run_in, tensorboard))

    def go_on(self, project: Project, folder: Path, id: str) -> None:
        """Goes on with the run of this project that is kept in a folder. Only while not busy."""
        assert not self.busy
        self.forget()
        self.project, self._id, self.folder = project, id, folder
        self._launch(None, folder)

    def move(self, move: Callable[[Path], Path], others: Callable[[], None]) -> None:
        """Has the folders of runs that are being trained moved to where `move` says, then the `others`.

        No run begins meanwhile. May be called in any thread.
        """
        leg = self._leg
        with nullcontext() if leg is None else leg.placing:
            if leg is not None:
                leg.move(move)
            recorders = () if leg is None else tuple(leg.recorders.values())
            if recorders:
                self.folder = recorders[0].folder
            elif self.folder is not None:
                self.folder = move(self.folder)
            others()

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
        """Trains one more epoch: of the current run, or of the last one with its weights.

        Twins that are being trained keep their length, or they could not be compared.
        """
        if self.busy:
            if self._run is not None and not self.comparing:
                self._run.target_epochs += 1
        elif self._run is not None:
            self._launch(1, self.folder)

    def step(self) -> None:
        """Makes a single step of the run that is paused, or of the last one, and shows it."""
        if self.state is State.PAUSED and isinstance(self._leg, RunLeg):
            self._leg.gate.step()
        elif not self.busy and (run := self._run) is not None:
            ended = run.state.over or run.step >= run.target_epochs * run.steps_per_epoch
            self._launch(1 if ended else None, self.folder, Beginning(single=True))

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
            self._leg.hurry()
            self._become(State.STOPPING)

    def close(self) -> None:
        """Stops and waits for the thread, at most one batch long."""
        self.stop()
        if self._job is not None:
            self._job.wait()

    def steer(self, path: str, value: Value) -> bool:
        """Changes a number of the recipe in the run that goes on. False as long as it is being prepared."""
        if self._run is None or not self.busy or self.comparing:
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
        self._begin(RunLeg(self.project, self._id, self._run, epochs, beginning, keeping))

    def _begin(self, leg: Leg) -> None:
        self._leg = leg
        leg.inside = self._look_inside
        self._job = Job(leg.drive, self._end, self._end, owner=self)
        self._become(State.PREPARING)
        self._used = time.thread_time()
        self._timer.start(TICK_MS)
        self._job.start()

    def _look_inside(self, run: Run) -> None:
        """In the training thread."""
        for look in tuple(self.insides.values()):
            look(run)

    @Slot()
    def _tick(self) -> None:
        used, self._used = time.thread_time() - self._used, time.thread_time()
        self._timer.setInterval(tick_ms(used))
        self._take_events()

    def _take_events(self) -> None:
        leg = self._leg
        if leg is None:
            return
        if self._run is None or leg.comparing:
            self._run = leg.training_run
        if leg.comparing and self._run is not None:
            self.project, self._id = self._run.project, self._run.id
        if (recorder := leg.recorders.get(self._id)) is not None:
            self.folder = recorder.folder
        # before what lists their runs: whatever tells of a run was put into the box after that
        events = tuple(leg.box.popleft() for _ in range(len(leg.box)))
        self._list_begun(leg)
        if events:
            if self.state is State.PREPARING:
                self._become(State.TRAINING)
            self.events_arrived.emit(events)
        while isinstance(leg, RunLeg) and leg.witnessed:
            self.step_seen.emit(leg.witnessed.popleft())

    def _list_begun(self, leg: Leg) -> None:
        """Tells which runs have begun or go on since the last call."""
        while leg.taken:
            self.taken.emit(*leg.taken.popleft())
        while leg.begun:
            run, begun = leg.begun.popleft()
            self.kept.emit(run, begun.folder)
        if leg.record is not None:
            record, leg.record = leg.record, None
            self.reopened.emit(record)

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
