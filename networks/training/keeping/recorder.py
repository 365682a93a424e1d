"""Keeps a run in its folder while it trains: metrics, checkpoints, weights, and how it ended."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from torch import Tensor

from networks.core.message import Message, UserError, message
from networks.core.storage import why_not_written, write_atomically
from networks.project.project import Project, project_to_json
from networks.recipes.steering import Course
from networks.recipes.stopping import Keep
from networks.runs.events import Event, Failed, Finished, Noticed, Started, Validated
from networks.runs.kept.appending import Appending
from networks.runs.kept.environment import Environment
from networks.runs.kept.files import (
    HEADER,
    OTHER_WEIGHTS,
    PROJECT,
    START_WEIGHTS,
    WEIGHTS,
    Header,
    Part,
    write_json,
)
from networks.runs.kept.folders import claimed
from networks.runs.kept.legs import End, claim_leg, end_leg, new_leg, now
from networks.runs.tensorboard import EventFile, event_files
from networks.training.engine.run import Run
from networks.training.engine.state import SavedState
from networks.training.keeping.checkpoint import checkpoints, write_checkpoint
from networks.training.keeping.machine import environment
from networks.training.keeping.moments import Moments
from networks.training.keeping.tensor_file import write_tensors

SHARE = 0.02
"""Of the time, what checkpoints and moments may take: copying, and the processor's time for writing."""
SOONEST, LATEST = 5.0, 60.0
"""Seconds between two checkpoints; what a crash costs at most."""
MOMENTS_SOONEST = 1.0
"""Seconds for which moments wait until they are written, at least: then several are written at once."""


class Named(NamedTuple):
    """What a new run is called: its long and its short name, the run from whose weights it goes on, and its
    part in a comparison.
    """

    title: str
    short: str = ""
    parent: str = ""
    part: Part | None = None


class Recorder:
    """Writes what a run does into its folder. What cannot be written is told, and the run trains on.

    For the thread that trains, between two events; checkpoints are copied there and written beside it.
    """

    def __init__(
        self,
        run: Run,
        folder: Path,
        leg: int,
        clock: Callable[[], float] = time.monotonic,
        tensorboard: bool = False,
    ) -> None:
        """Writes the leg that was claimed. Raises UserError where the metrics cannot be opened.

        With `tensorboard` the folder also gets event files, as where an earlier leg has written some.
        """
        self.folder = folder
        self._run, self._leg, self._clock = run, leg, clock
        self._lines, self._files = threading.Lock(), threading.Lock()
        """Held while lines are appended, or while other files are written; both while the folder is moved."""
        try:
            self._metrics = Appending(folder, clock)
        except OSError as error:
            raise _not_begun(folder, error) from error
        self._board = EventFile(time.time()) if tensorboard or event_files(folder) else None
        self._moments = Moments(run, folder, clock, SHARE)
        self._due = clock() + SOONEST
        self._moments_due = clock()
        self._writing: threading.Thread | None = None
        self._troubles: list[Message] = []
        """Why something could not be written, as far as it is not told yet."""
        self._failing: dict[str, Message] = {}
        """What cannot be written now, and why."""
        self.ended = False
        """Whether the end of the leg has been told."""
        self.cost = 0.0
        """Seconds that the last checkpoint took."""
        self.checkpoints = 0
        """How many were written by this recorder."""

    def take(self, event: Event) -> tuple[Noticed, ...]:
        """Keeps the next event, and a checkpoint if it is time for one; says what could not be written."""
        if self._board is not None:
            self._board.take([event], time.time())
        if self._metrics.take(event):
            self._flush()
        if isinstance(event, Validated) or (isinstance(event, Started) and self._run.step == 0):
            with self._trying("copy of a moment"):
                self._moments.take()
        if isinstance(event, Finished | Failed):
            self._end(event)
        elif not self._busy:
            if self._clock() >= self._due:
                self.checkpoint()
            elif self._moments.waiting and self._clock() >= self._moments_due:
                self._beside(self._write_moments, "moments")
        if not self._troubles:
            return ()
        troubles, self._troubles = self._troubles, []
        # in the words of now: what is told with the end may have come up before it
        sentences = [
            _not_all_kept(self.folder, reason, ended=self.ended) for reason in dict.fromkeys(troubles)
        ]
        return tuple(Noticed(self._run.id, sentence) for sentence in sentences)

    def checkpoint(self) -> None:
        """Copies the state now, and writes it beside the training."""
        self._wait()
        self._flush()
        # until it is written; where that fails, the disk is tried again in a while
        self._due = self._clock() + LATEST
        with self._trying("copy"):
            began = self._clock()
            state = self._run.save()
            copying = self._clock() - began
            self._beside(partial(self._write, state, copying), "checkpoint")

    @property
    def lacks_results(self) -> bool:
        """Whether curves, weights or the end of the run could not be written."""
        return any(what in self._failing for what in ("metrics", "weights", "end"))

    def forget_later_moments(self) -> None:
        """Removes the moments after the step from which the run goes on."""
        self._moments.begin_after(self.folder)

    def move(self, move: Callable[[Path], Path]) -> None:
        """Has the folder moved to where `move` says, while nothing is written. From any thread."""
        with self._files, self._lines, self._metrics.closed():
            self.folder = self._metrics.folder = move(self.folder)

    @property
    def _busy(self) -> bool:
        return self._writing is not None and self._writing.is_alive()

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.join()
            self._writing = None

    def _beside(self, work: Callable[[], None], name: str) -> None:
        self._writing = threading.Thread(target=work, name=name)
        self._writing.start()

    def _write_moments(self) -> None:
        """Writes the moments that wait, and puts off what is written next by their share of the time."""
        began = time.thread_time()
        with self._trying("moments"), self._files:
            self._moments.write(self.folder)
        rest = (time.thread_time() - began) / SHARE
        # where it fails, the disk is tried again in a while
        soonest = LATEST if "moments" in self._failing else MOMENTS_SOONEST
        self._moments_due = self._clock() + max(soonest, rest)
        # a crash costs no more for it
        self._due = max(self._due, min(self._due + rest, self._clock() + LATEST))

    def _write(self, state: SavedState, copying: float) -> None:
        """In a thread of its own. Moments come first, so that a run that goes on misses none of them."""
        began = time.thread_time()
        if self._moments.waiting:
            self._write_moments()
        with self._trying("checkpoint"), self._files:
            # what it goes on from must not be newer than what has been told
            self._metrics.sync()
            write_checkpoint(self.folder, state)
            self.checkpoints += 1
        self.cost = copying + time.thread_time() - began
        self._due = self._clock() + min(LATEST, max(SOONEST, self.cost / SHARE))

    def _end(self, event: Finished | Failed) -> None:
        """Writes the last checkpoint, the weights and how the leg ended, in this order."""
        self.ended = True
        self._wait()
        broken = isinstance(event, Failed) or event.reason == "diverged"
        interrupted = isinstance(event, Finished) and event.reason == "interrupted"
        # reading the weights would otherwise wait for ever; the run goes on from the checkpoint before
        broken = broken or (interrupted and not self._run.settled)
        self._flush()
        with self._trying("metrics"), self._lines:
            self._metrics.sync()
        with self._trying("moments"), self._files:
            if not broken:
                self._moments.take(last=True)
            self._moments.write(self.folder)
        if not broken:
            with self._trying("checkpoint"), self._files:
                write_checkpoint(self.folder, self._run.save())
                self.checkpoints += 1
                # nothing can cut it off any more
                for old in checkpoints(self.folder)[1:]:
                    old.unlink(missing_ok=True)
        # what was interrupted has no end, so that it can go on
        if not interrupted:
            with self._trying("weights"), self._files:
                write_weights(self._run, self.folder)
            reason = "failed" if isinstance(event, Failed) else event.reason
            assert reason != "interrupted"
            with self._trying("end"), self._files:
                end_leg(self.folder, self._leg, End(reason, str(event.message), self._run.step, now()))
        with suppress(OSError):
            self._metrics.close()

    def _flush(self) -> None:
        with self._trying("metrics"), self._lines:
            self._metrics.flush()
        if self._board is not None:
            with self._trying("tensorboard"), self._lines:
                self._board.flush(self.folder)

    @contextmanager
    def _trying(self, what: str) -> Iterator[None]:
        """Writes something; an error is told once, until it succeeds again, and once more at the end."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever it is, it is no reason to lose what was trained
            reason = _reason(error)
            if self.ended or reason not in self._failing.values():
                self._troubles.append(reason)
            self._failing[what] = reason
        else:
            self._failing.pop(what, None)


def begun(
    run: Run,
    parent: Path,
    named: Named,
    *,
    project: Project | None = None,
    version: str = "",
    epochs: int | None = None,
    course: Course | None = None,
    weights: Mapping[str, Tensor] | None = None,
    folder: Path | None = None,
    launch: str = "",
    tensorboard: bool = False,
) -> Recorder:
    """Claims a folder for a run that begins and writes what it is.

    Raises UserError where that fails, and leaves no folder of its own making behind.

    `project` takes the place of the run's own, where it is the same in other words. `epochs`, `course` and
    `weights` are what the run begins with. `folder` is one that was made before, and `launch` names the start
    of torchrun, where that started the process. With `tensorboard` event files are written, too.
    """
    place = folder or claimed(parent, named.short or named.title)
    header = Header(
        named.title,
        named.short,
        named.parent,
        now(),
        run.project.recipe.learning.seed,
        run.target_epochs if epochs is None else epochs,
        msgspec.Raw(msgspec.json.encode(course)),
        named.part,
    )
    try:
        write_atomically(place / PROJECT, project_to_json(project or run.project))
        if weights is not None:
            try:
                write_tensors(place / START_WEIGHTS, _alone(weights), {"format": "pt"})
            except OSError as error:
                raise _not_begun(place, error) from error
        write_json(place / HEADER, header)
        leg = claim_leg(place, new_leg(environment(run, version), 0, launch=launch))
        return Recorder(run, place, leg, tensorboard=tensorboard)
    except UserError:
        if folder is None:
            # half a run is none, and would stand among the others as a damaged one
            shutil.rmtree(place, ignore_errors=True)
        raise


def gone_on(
    run: Run, folder: Path, here: Environment, differs: tuple[str, ...], launch: str = ""
) -> Recorder:
    """Claims the next leg of a run that goes on. Raises UserError where another program trains it."""
    leg = claim_leg(folder, new_leg(here, run.step, differs, launch))
    # what a process that was killed had begun to write
    for rest in folder.glob(".*.tmp"):
        with suppress(OSError):
            rest.unlink()
    recorder = Recorder(run, folder, leg)
    recorder.forget_later_moments()
    return recorder


def write_weights(run: Run, folder: Path) -> None:
    """Writes the weights that the recipe keeps, and beside them those that differ. Raises OSError."""
    keep = run.project.recipe.learning.stopping.keep
    kinds: list[Keep] = ["last"]
    if run.best is not None and run.best.step != run.step:
        kinds.append("best")
    if run.state.averaged is not None:
        kinds.append("averaged")
    if keep not in kinds:
        # there is no other: that epoch is the last one, or nothing was averaged
        keep = "last"
    for kind in OTHER_WEIGHTS:
        path = folder / (WEIGHTS if kind == keep else OTHER_WEIGHTS[kind])
        if kind in kinds:
            write_tensors(path, run.weights(kind), {"format": "pt"})
        elif kind != keep:
            # of an earlier leg
            path.unlink(missing_ok=True)
    (folder / OTHER_WEIGHTS[keep]).unlink(missing_ok=True)


def _alone(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}


def _not_begun(folder: Path, error: OSError) -> UserError:
    """Nothing of the run has been told yet."""
    return UserError(
        message("“{path}” was not saved: {reason}.", path=str(folder), reason=why_not_written(error))
    )


def _reason(error: Exception) -> Message:
    if isinstance(error, UserError) and isinstance(error.__cause__, OSError):
        # which file it was is not what matters, and the same reason is told once
        error = error.__cause__
    if isinstance(error, UserError):
        return error.reason
    if isinstance(error, OSError):
        return why_not_written(error)
    return message("{reason}", reason=str(error) or type(error).__name__)


def _not_all_kept(folder: Path, reason: Message, *, ended: bool) -> Message:
    """What is true where something of a run could not be written: while it trains, and at its end."""
    text = (
        "The run has ended, but not all of it is kept in “{path}”: {reason}"
        if ended
        else "The run trains on, but not all of it is kept in “{path}”: {reason}"
    )
    return message(text, path=str(folder), reason=reason)
