"""The folders of the runs that the window shows: read beside it, renamed, deleted, moved along."""

from __future__ import annotations

import errno
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.background.job import Job, Task
from networks.core.message import Message, UserError, message
from networks.core.storage import why_not_written
from networks.project.ancestry import trained_project
from networks.project.project import Project
from networks.runs.kept.files import label_of, write_label
from networks.runs.kept.folders import TRASH, brought_back, claimed, is_gone, removed, run_folders, words_of
from networks.runs.kept.following import Follower
from networks.runs.kept.reading import KeptRun
from networks.runs.record import MANY
from networks.runs.sweeps.queue import SWEEPS, Queue, is_sweep

Move = Callable[[Path], Path]
MoveTrained = Callable[[Move, Callable[[], None]], None]


class Found(NamedTuple):
    """A run that was read, and what it trains; None where that cannot be read. The follower reads on."""

    run: KeptRun
    project: Project | None
    follower: Follower


class KeptRuns(QObject):
    """Knows for each run that is shown in which folder it lies. Reads and moves folders in jobs."""

    found = Signal(object)
    """The curves of some runs were read, a tuple of `Found`."""
    troubled = Signal(object)
    """A Message that says what could not be read, written or moved."""

    def __init__(self, move_trained: MoveTrained, parent: QObject) -> None:
        """`move_trained` moves the folders of runs that are being trained, and then has the others moved."""
        super().__init__(parent)
        self.folders: dict[str, Path] = {}
        """By the id of the record."""
        self._move_trained = move_trained
        self._labels = Lock()
        self._trashed: dict[str, Path] = {}
        self._moved: dict[Path, Path] = {}
        """Folders of runs whose runs have moved, and where to."""
        self._count = 0
        self._wanted: deque[str] = deque()
        self._now: frozenset[str] = frozenset()
        """The runs that are being read."""
        self._reading: Job[Any] | None = None
        self._writing: list[Job[Any]] = []

    # reading

    def add(self, folder: Path) -> str:
        """Gives a run in a folder an id; its curves are read when they are wanted."""
        self._count += 1
        run = f"kept-{self._count}"
        self.folders[run] = folder
        return run

    def run_in(self, folder: Path) -> str | None:
        """The id of the run in a folder; None where it is not shown. May be called in any thread."""
        return next((run for run, each in dict(self.folders).items() if each == folder), None)

    def want(self, runs: Iterable[str]) -> None:
        """Reads the curves of these runs; those that are read while the window is busy come together."""
        self._wanted.extend(run for run in runs if run not in self._wanted and run not in self._now)
        if self._reading is None:
            self._read_next()

    def stop_reading(self) -> None:
        """Wants no more runs."""
        self._wanted.clear()
        if self._reading is not None:
            self._reading.cancel()
            self._reading, self._now = None, frozenset()

    def forget(self, runs: Iterable[str]) -> None:
        """These runs are shown no more; their folders stay."""
        for run in runs:
            self.folders.pop(run, None)
            self._trashed.pop(run, None)

    def _read_next(self) -> None:
        wanted = {run: self.folders[run] for run in self._wanted if run in self.folders}
        self._wanted.clear()
        self._reading, self._now = None, frozenset(wanted)
        if not wanted:
            return
        box: deque[Found | Message] = deque()
        self._reading = Job(
            partial(_found, wanted, box),
            partial(self._end, box),
            self._pass_over,
            lambda _: self._take(box),
            owner=self,
        )
        self._reading.start()

    def _end(self, box: deque[Found | Message], _: None) -> None:
        self._take(box)
        self._read_next()

    def _take(self, box: deque[Found | Message]) -> None:
        """Takes what was read since the last call."""
        read = [box.popleft() for _ in range(len(box))]
        found = [each for each in read if isinstance(each, Found) and each.run.record.run in self.folders]
        if found:
            self.found.emit(tuple(found))
        for reason in read:
            if isinstance(reason, Message):
                self.troubled.emit(reason)

    def _pass_over(self, reason: Message) -> None:
        self.troubled.emit(reason)
        self._read_next()

    # writing

    def know(self, run: str, folder: Path | None) -> None:
        """A run is being trained in this folder."""
        if folder is None or self.folders.get(run) == folder:
            return
        self.folders[run] = folder
        if (runs := self._moved.get(folder.parent)) is not None:
            # it was being prepared when the others moved
            self.move(folder.parent, runs)

    def label(self, run: str, **said: str) -> None:
        """Keeps what the user says of a run: its `title`, or its `note`."""
        if (folder := self.folders.get(run)) is not None:
            self._write(partial(_labelled, folder, said, self._labels))

    def delete(self, runs: Iterable[str]) -> tuple[str, ...]:
        """Moves folders into the trash; gives the runs that are deleted, also those that were never kept."""
        deleted = []
        for run in runs:
            folder = self.folders.get(run)
            try:
                if folder is not None and not is_gone(folder):
                    self._trashed[run] = removed(folder)
            except UserError as error:
                self.troubled.emit(error.reason)
                continue
            deleted.append(run)
        return tuple(deleted)

    def bring_back(self, run: str) -> None:
        """Moves a run's folder out of the trash, if it lies there."""
        trashed = self._trashed.pop(run, None)
        if trashed is not None:
            try:
                brought_back(trashed, self.folders[run])
            except UserError as error:
                self.troubled.emit(error.reason)

    def move(self, old: Path, runs: Path) -> None:
        """Moves all runs in one folder of runs into another one."""
        self._moved[old] = runs
        try:
            any_run = any(map(run_folders, (old, old / TRASH, old / SWEEPS)))
        except UserError as error:
            self.troubled.emit(error.reason)
            return
        if any_run:
            self._write(partial(_all_moved, old, runs, self._move_trained), self._take_moves)

    def close(self) -> None:
        """Reads no more, and waits until nothing is being moved or written."""
        self.stop_reading()
        for job in tuple(self._writing):
            job.wait()

    def _write(self, work: Callable[[Task], Any], done: Callable[[Any], None] | None = None) -> None:
        job: Job[Any]
        job = Job(
            work, done or _ignore, self.troubled.emit, owner=self, ended=lambda: self._writing.remove(job)
        )
        self._writing.append(job)
        job.start()

    def _take_moves(self, moves: dict[Path, Path]) -> None:
        trashed = {run: moves.get(folder, folder) for run, folder in self._trashed.items()}
        # what is brought back goes beside those that were not deleted
        for run, folder in trashed.items():
            if folder != self._trashed[run]:
                self.folders[run] = folder.parent.parent / folder.name
        self._trashed = trashed
        self.folders = {run: moves.get(folder, folder) for run, folder in self.folders.items()}


def _found(wanted: dict[str, Path], box: deque[Found | Message], task: Task) -> None:
    """Reads runs into the box; of one that cannot be read the reason."""
    for done, (run, folder) in enumerate(wanted.items(), 1):
        follower = Follower(folder, run, MANY)
        try:
            box.append(Found(follower.begin(), trained_project(folder), follower))
        except UserError as error:
            box.append(error.reason)
        if not task.report(done / len(wanted)):
            return


def _labelled(folder: Path, said: dict[str, str], labels: Lock, _: Task) -> None:
    # a name and a note that are written at once must both stay
    with labels:
        write_label(folder, replace(label_of(folder), **said))


def _all_moved(old: Path, runs: Path, move_trained: MoveTrained, _: Task) -> dict[Path, Path]:
    """Moves each folder; gives where each was and is. Raises UserError where one stays."""
    moves: dict[Path, Path] = {}

    def move(folder: Path) -> Path:
        if folder in moves or folder.parent not in (old, old / SWEEPS):
            return moves.get(folder, folder)
        moves[folder] = moved(folder, runs if folder.parent == old else runs / SWEEPS)
        return moves[folder]

    def move_others() -> None:
        for folder in (*run_folders(old), *run_folders(old / SWEEPS)):
            move(folder)
        names = {each.name: place.name for each, place in moves.items() if each.parent == old}
        for each, place in moves.items():
            if each.parent == old / SWEEPS and is_sweep(place):
                Queue(place).follow(names)

    # those that are being trained first, by whoever writes into them
    move_trained(move, move_others)
    for folder in run_folders(old / TRASH):
        # with a number that no other run has, so that it can be brought back
        moves[folder] = removed(moved(folder, runs))
    for emptied in (old / TRASH, old / SWEEPS, old):
        with suppress(OSError):
            emptied.rmdir()
    return moves


def moved(folder: Path, runs: Path) -> Path:
    """Moves a run into a folder of runs, under its next number. Raises UserError, and then it stays."""
    target = claimed(runs, words_of(folder))
    try:
        if os.name == "nt":
            target.rmdir()
        try:
            # over the empty folder that claims the number
            os.rename(folder, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copytree(folder, target, dirs_exist_ok=True)
            shutil.rmtree(folder)
    except OSError as error:
        raise UserError(
            message(
                "The run “{path}” was not moved beside the project: {reason}.",
                path=os.fspath(folder),
                reason=why_not_written(error),
            )
        ) from error
    return target


def _ignore(_: Any) -> None:
    """Nothing follows."""
