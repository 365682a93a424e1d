"""A leg in which the runs of a sweep train one after the other, as they come from its queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.version import version
from app.training.leg import Leg
from networks.project.project import Project, read_project
from networks.runs.events import Event, Failed, Finished, Noticed
from networks.runs.failure import explain
from networks.runs.kept.environment import approximately
from networks.runs.kept.files import PROJECT
from networks.runs.kept.reading import is_run, read_run
from networks.runs.record import MANY, Record
from networks.runs.sweeps.queue import Queue, Taken

if TYPE_CHECKING:
    from networks.training.engine.run import Run
    from networks.training.keeping.recorder import Recorder

RunIn = Callable[[Path], str | None]
"""The id of the run that the window shows of a folder; None where it shows none."""


class SweepLeg(Leg):
    """Takes runs until none waits; other processes may take from the same queue meanwhile.

    A run that breaks off is passed over: what stands in its way need not stand in the way of the next.
    """

    comparing = True

    def __init__(self, queue: Queue, id: str, run_in: RunIn, tensorboard: bool = False) -> None:
        """`id` begins the ids of the runs; one that the window shows already keeps its own."""
        super().__init__(id)
        self.queue = queue
        self._first, self._run_in, self._tensorboard = id, run_in, tensorboard
        self._taken: Taken | None = None
        self._recorders: dict[str, Recorder] = {}

    @property
    def recorders(self) -> Mapping[str, Recorder]:
        return self._recorders

    def move(self, move: Callable[[Path], Path]) -> None:
        super().move(move)
        place = move(self.queue.folder)
        if place != self.queue.folder:
            self.queue = Queue(place)
            if self._taken is not None:
                self._taken = self._taken.moved(place, move)

    def _train(self) -> None:
        while self.gate.passes() and self._take_one():
            try:
                self._train_one()
            finally:
                self._leave()

    def _take_one(self) -> bool:
        with self.placing:
            # the run before is let go of before another one is made
            self.training_run, self._recorders = None, {}
            self._taken = self.queue.take()
        return self._taken is not None

    def _leave(self) -> None:
        with self.placing:
            assert self._taken is not None
            self.queue.leave(self._taken)
            self._taken = None

    def _train_one(self) -> None:
        """Trains a run. Raises what went wrong before it had a folder: it would go wrong for ever."""
        failure: Failed | None = None
        try:
            run = self._prepared()
            self._drive(run)
        except BaseException as error:
            if not self._recorders or not isinstance(error, Exception):
                raise
            failure = explain(error, self.failing)
        # outside of the except block: there, the traceback would keep all tensors alive
        if failure is not None:
            self._tell(failure)

    def _drive(self, run: Run) -> None:
        events = run.train(None)
        for event in events:
            self._tell(event)
            self._look(event)
            if isinstance(event, Finished | Failed):
                continue
            if self.gate.closed:
                self._recorders[self._id].checkpoint()
            if not self.gate.passes():
                events.close()
                for last in run.stopped():
                    self._tell(last)
                return

    def _tell(self, event: Event) -> None:
        self.box.append(event)
        self.box.extend(self._recorders[self._id].take(event))

    def _prepared(self) -> Run:
        """The run that was taken: a new one, or one that goes on from its folder."""
        with self.placing:
            assert self._taken is not None
            place = self.queue.begins(self._taken)
            self._id = self._run_in(place) or f"{self._first}-{self._taken.number}"
        return self._resumed(place) if is_run(place) else self._begun(place)

    def _begun(self, place: Path) -> Run:
        from networks.training.engine.run import Run
        from networks.training.keeping.recorder import Named, begun

        taken = self._taken
        assert taken is not None
        project, cell = read_project(taken.project), taken.cell
        record = Record(self._id, cell.title, project.recipe.learning.epochs, most=MANY)
        record.short = cell.short
        self._list(record, project)
        run = self.training_run = Run(project, self._id)
        with self.placing:
            recorder = begun(
                run,
                self.queue.runs,
                Named(cell.title, cell.short),
                version=version(),
                weights=run.first_weights,
                folder=self._place_now(place),
                tensorboard=self._tensorboard,
            )
            self._recorders = {self._id: recorder}
        self.begun.append((self._id, recorder))
        return run

    def _resumed(self, place: Path) -> Run:
        from networks.training.keeping.resuming import resumed

        with self.placing:
            place = self._place_now(place)
            project = read_project(place / PROJECT)
            run, recorder, differs, passed_over = resumed(place, self._id, version())
            self._recorders = {} if recorder is None else {self._id: recorder}
            record = read_run(place, self._id, until=run.step, most=MANY).record
        self._list(record, project)
        assert recorder is not None
        self.begun.append((self._id, recorder))
        for reason in (*passed_over, *([approximately(differs)] if differs else ())):
            self.box.append(Noticed(self._id, reason))
        self.training_run = run
        return run

    def _place_now(self, place: Path) -> Path:
        """The folder of the run that was taken: it may have been moved since."""
        assert self._taken is not None
        return self._taken.run or place

    def _list(self, record: Record, project: Project) -> None:
        """Has the window list the run, before anything else is told of it."""
        cells = self.queue.numbers()
        assert self._taken is not None
        record.progress.number_of_run(cells.index(self._taken.number) + 1, len(cells))
        self.taken.append((record, project))
