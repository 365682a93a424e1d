"""The queue of a sweep: a folder of small files that survives every crash, from which any process may take.

`NAME.runs/sweeps/0001 learning rate/` holds `sweep.json`, and for each run a folder `0001` with its project
and `cell.json`. Whoever takes a run makes the folder `taken-0001` in it, which succeeds for one process, and
says there who it is. Where that process is gone, the next one makes `taken-0002` and goes on with the run.
Nothing is locked: what state a run is in follows from these files and from those of the run itself.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from networks.core.message import UserError, message, visible
from networks.core.storage import why_locked, why_not_written, write_atomically
from networks.runs.kept.files import LONGEST_NAME, PROJECT, read_json, write_json
from networks.runs.kept.folders import claimed, run_folders
from networks.runs.kept.legs import SILENCE, end_of, state_of
from networks.runs.kept.process import Process, lives, own_process
from networks.runs.kept.reading import is_run

SWEEPS = "sweeps"
PLAN, CELL, TAKER, RUN, OVER = "sweep.json", "cell.json", "taker.json", "run.json", "over"
PAUSED, ORDER, LEFT_OUT = "paused", "order.json", "left-out"
MOST_CELLS = 10_000

State = Literal["waiting", "begun", "running", "done", "failed", "left out"]
"""`begun` runs were interrupted or stopped, and wait for somebody who goes on with them. Those that are left
out wait for nobody, until they are taken in again.
"""
TO_COME: tuple[State, ...] = ("waiting", "begun")
"""The states of runs that somebody may take."""
_BEGINNING = 60.0
"""Seconds for which a taken run may be without its taker's name, because it is being written."""
_TAKEN = re.compile(r"taken-(\d{4,9})")
_NUMBER = re.compile(r"\d{4,9}")


class Axis(msgspec.Struct, frozen=True):
    """A setting that is swept: its path, its title, and its values in words."""

    path: str
    title: str
    values: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    """What a sweep tries: each combination of the values with each seed. `measure` is what it compares."""

    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    measure: str
    keep: str = "last"
    begun: str = ""
    format: int = 1


class Cell(msgspec.Struct, frozen=True):
    """One run of a sweep: for each axis the index of its value, the seed, and what it is called."""

    at: tuple[int, ...]
    seed: int
    title: str
    short: str


class Made(msgspec.Struct, frozen=True):
    """The name of the run's folder in the folder of runs."""

    run: str


class Order(msgspec.Struct, frozen=True):
    """The numbers of the runs that come first, in this order; the others follow."""

    first: tuple[int, ...] = ()


class Taken(msgspec.Struct, frozen=True):
    """A run that this process has taken, `place` is where it says so."""

    number: int
    cell: Cell
    place: Path
    run: Path | None
    """The run's folder, where an earlier process has begun it."""

    @property
    def project(self) -> Path:
        """The file with what is to be trained."""
        return self.place.parent / PROJECT

    def moved(self, queue: Path, move: Callable[[Path], Path]) -> Taken:
        """The same where its queue lies in this folder now, and runs where `move` says."""
        place = queue / self.place.parent.name / self.place.name
        return msgspec.structs.replace(self, place=place, run=None if self.run is None else move(self.run))


class Queue:
    """A sweep in its folder. What it says is read anew each time, since other processes work on it, too."""

    def __init__(self, folder: Path) -> None:
        """Raises UserError where this is not the folder of a sweep."""
        self.folder = folder
        plan = read_json(folder / PLAN, Plan)
        if plan.format != 1:
            raise UserError(message("“{path}” was made by a newer Backbone.", path=os.fspath(folder / PLAN)))
        self.plan = plan

    @property
    def runs(self) -> Path:
        """The folder of the project's runs, in which those of the sweep are kept."""
        return self.folder.parent.parent

    def numbers(self) -> tuple[int, ...]:
        """The runs of the sweep, in the order in which they are taken."""
        if (reason := why_locked(self.folder)) is not None:
            raise UserError(
                message("“{path}” could not be listed: {reason}.", path=os.fspath(self.folder), reason=reason)
            )
        with os.scandir(self.folder) as entries:
            there = sorted(int(each.name) for each in entries if _NUMBER.fullmatch(each.name))
        first = [number for number in dict.fromkeys(self.order()) if number in there]
        return *first, *(number for number in there if number not in first)

    def cell(self, number: int) -> Cell:
        """Raises UserError where it cannot be read."""
        cell = read_json(self._place(number) / CELL, Cell)
        sizes = [len(axis.values) for axis in self.plan.axes]
        if len(cell.at) != len(sizes) or not all(
            0 <= at < size for at, size in zip(cell.at, sizes, strict=True)
        ):
            raise UserError(
                message("“{path}” is not of this sweep.", path=os.fspath(self._place(number) / CELL))
            )
        return msgspec.structs.replace(
            cell, title=visible(cell.title, LONGEST_NAME), short=visible(cell.short, LONGEST_NAME)
        )

    def state(self, number: int) -> State:
        """What becomes of a run of the sweep."""
        newest = self._newest(number)
        if newest and self._goes_on(self._place(number) / f"taken-{newest:04}"):
            return "running"
        run = self.run(number)
        to_come: State = "left out" if os.path.exists(self._place(number) / LEFT_OUT) else "waiting"
        if run is None or not is_run(run):
            return to_come
        if state_of(run) == "running":
            return "running"
        end = end_of(run)
        if end is None or end.reason == "stopped":
            return "begun" if to_come == "waiting" else to_come
        return "done" if end.reason == "finished" else "failed"

    def run(self, number: int) -> Path | None:
        """The folder of the run, as the newest process that has begun one says."""
        for attempt in range(self._newest(number), 0, -1):
            with suppress(UserError):
                made = read_json(self._place(number) / f"taken-{attempt:04}" / RUN, Made)
                # only a folder that lies there, whatever a file may say
                return next((each for each in run_folders(self.runs) if each.name == made.run), None)
        return None

    def take(self) -> Taken | None:
        """Takes the next run that waits; None where there is none, or the sweep is paused."""
        if self.paused:
            return None
        for number in self.numbers():
            # before the state is asked: whoever takes it meanwhile makes this very folder
            place = self._place(number) / f"taken-{self._newest(number) + 1:04}"
            if self.state(number) in TO_COME:
                with suppress(FileExistsError):
                    # of several processes this succeeds for one
                    _made(place)
                    write_json(place / TAKER, own_process())
                    return Taken(number, self.cell(number), place, self.run(number))
        return None

    def begins(self, taken: Taken) -> Path:
        """A folder for a run that was taken and has none; where this process dies, it is found again."""
        place = taken.run or claimed(self.runs, taken.cell.short)
        write_json(taken.place / RUN, Made(place.name))
        return place

    def leave(self, taken: Taken) -> None:
        """Says that this process does no more about a run, whatever came of it."""
        write_atomically(taken.place / OVER, b"")

    @property
    def paused(self) -> bool:
        """Whether no further run is taken; those that were begun come to their end."""
        return os.path.exists(self.folder / PAUSED)

    def pause(self, paused: bool) -> None:
        """Raises UserError where it cannot be said."""
        if paused:
            write_atomically(self.folder / PAUSED, b"")
            return
        try:
            (self.folder / PAUSED).unlink(missing_ok=True)
        except OSError as error:
            raise _not_written(self.folder / PAUSED, error) from error

    def order(self) -> tuple[int, ...]:
        """The runs that come first."""
        try:
            return read_json(self.folder / ORDER, Order).first
        except UserError:
            return ()

    def put_first(self, numbers: Iterable[int]) -> None:
        """Has these runs taken before all others. Raises UserError where there is no such run."""
        there, wanted = self.numbers(), tuple(numbers)
        for number in wanted:
            if number not in there:
                raise UserError(message("There is no run {number} in this sweep.", number=number))
        write_json(self.folder / ORDER, Order(wanted))

    def leave_out(self, numbers: Iterable[int], out: bool = True) -> None:
        """Has nobody take these runs, or somebody again; one that goes on comes to its end.

        Raises UserError.
        """
        for number in numbers:
            file = self._place(number) / LEFT_OUT
            if out:
                write_atomically(file, b"")
                continue
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise _not_written(file, error) from error

    def follow(self, moves: Mapping[str, str]) -> None:
        """The folders of runs have other names now: says so wherever a run of this sweep is named.

        Raises UserError.
        """
        for number in self.numbers():
            for attempt in range(1, self._newest(number) + 1):
                file = self._place(number) / f"taken-{attempt:04}" / RUN
                with suppress(UserError):
                    made = read_json(file, Made)
                    if made.run in moves:
                        write_json(file, Made(moves[made.run]))

    def _place(self, number: int) -> Path:
        return self.folder / f"{number:04}"

    def _newest(self, number: int) -> int:
        """How often a run was taken."""
        try:
            names = os.listdir(self._place(number))
        except OSError:
            return 0
        return max((int(match[1]) for name in names if (match := _TAKEN.fullmatch(name))), default=0)

    def _goes_on(self, place: Path) -> bool:
        """Whether the process that took a run is still at it."""
        if os.path.exists(place / OVER):
            return False
        try:
            living = lives(read_json(place / TAKER, Process))
        except UserError:
            return _age(place) < _BEGINNING
        if living is None:
            # another computer, which cannot be asked: soon the files of the run say more
            with suppress(UserError):
                run = next(
                    (
                        each
                        for each in run_folders(self.runs)
                        if each.name == read_json(place / RUN, Made).run
                    ),
                    None,
                )
                if run is not None and is_run(run):
                    return state_of(run) == "running"
            return _age(place) < SILENCE
        return living


def new_queue(runs: Path, plan: Plan, words: str, cells: Iterable[tuple[Cell, bytes]]) -> Queue:
    """Makes the folder of a sweep; of each run its cell and its project file. Raises UserError."""
    place = claimed(runs / SWEEPS, words)
    for number, (cell, project) in enumerate(cells, 1):
        folder = place / f"{number:04}"
        _made(folder)
        write_atomically(folder / PROJECT, project)
        write_json(folder / CELL, cell)
    # the last, so that nobody takes from half a sweep
    write_json(place / PLAN, plan)
    return Queue(place)


def queues(runs: Path) -> Iterator[Queue]:
    """All sweeps of a project, the oldest first; those that cannot be read are passed over."""
    for folder in run_folders(runs / SWEEPS):
        with suppress(UserError):
            yield Queue(folder)


def is_sweep(folder: Path) -> bool:
    """Whether this is the folder of a sweep."""
    return os.path.isfile(folder / PLAN)


def _made(folder: Path) -> None:
    try:
        folder.mkdir()
    except FileExistsError:
        raise
    except OSError as error:
        raise _not_written(folder, error) from error


def _not_written(path: Path, error: OSError) -> UserError:
    return UserError(
        message("“{path}” was not written: {reason}.", path=os.fspath(path), reason=why_not_written(error))
    )


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")
