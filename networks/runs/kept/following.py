"""Follows a run that another process writes: each reading takes only what was appended since the last one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from networks.core.message import UserError, message
from networks.runs.events import Event
from networks.runs.kept.files import METRICS
from networks.runs.kept.legs import End, State, begins
from networks.runs.kept.metrics import Lines, end_of_lines, starts
from networks.runs.kept.reading import KeptRun, ending, is_run, state_and_end, told_in, unread


class News(NamedTuple):
    """What a run has told since it was looked at last.

    `anew` is the whole run with a new record, where what was read before does not count any more: a later leg
    has gone back to an earlier step. `over` says that the last event is the run's end.
    """

    events: tuple[Event, ...] = ()
    anew: KeptRun | None = None
    over: bool = False


class Table(Protocol):
    """Who is given all that a run tells, as it is read."""

    def begin(self) -> None:
        """The run is read from its beginning: for the first time, or once more."""

    def take(self, events: list[Event]) -> None:
        """What it has told next."""


class Follower:
    """Reads the folder of a run again and again, from any thread, but from one at a time."""

    def __init__(
        self,
        folder: Path,
        run: str = "",
        most: int | None = None,
        table: Table | None = None,
    ) -> None:
        """`run` is the id of the run's record, else the folder's path; `most` is for the record.

        A `table` is given all that the run tells, also the steps that the record does not keep.
        """
        self.folder = folder
        self._run, self._most, self._table = run or os.fspath(folder), most, table
        self._read = 0
        """Bytes of the metrics that were read: up to the end of a line."""
        self._lines = Lines(self._run)

    def begin(self) -> KeptRun:
        """Reads all that there is, as `read_run` does; `read` goes on from there. Raises UserError."""
        state, end = self._state()
        kept = unread(self.folder, self._run, state, self._most)
        self._read, self._lines = 0, Lines(self._run)
        if self._table is not None:
            self._table.begin()
        with self._metrics() as file:
            for told in self._appended(file, state != "running"):
                kept.record.take(told)
        if state == "running":
            kept.record.progress.count_from_here()
        else:
            kept.record.take([ending(self._lines, end)])
        return kept

    def read(self) -> News:
        """What has come since then. Raises UserError where the folder is gone or cannot be read."""
        # the state first: a run that ends meanwhile is then one whose end is not known yet
        state, end = self._state()
        with self._metrics() as file:
            size = file.seek(0, os.SEEK_END)
            # another file, or another leg, which may have gone back
            anew = size < self._read or (self._read > 0 and any(starts(file, self._read, size)))
            events = () if anew else self._appended(file, state != "running")
            told = [event for some in events for event in some]
        if anew:
            kept = self.begin()
            return News(anew=kept, over=kept.state != "running")
        if state != "running":
            told.append(ending(self._lines, end))
        return News(tuple(told), over=state != "running")

    def _state(self) -> tuple[State, End | None]:
        return ("running", None) if begins(self.folder) else state_and_end(self.folder)

    def _appended(self, file: BinaryIO, over: bool) -> Iterator[list[Event]]:
        """The lines behind those that were read; half a line waits for its end, unless the run is `over`."""
        size = file.seek(0, os.SEEK_END)
        end = size if over else end_of_lines(file, self._read, size)
        start, self._read = self._read, end
        for told in self._lines.of_legs(file, start=start, end=end):
            if self._table is not None:
                self._table.take(told)
            yield told

    @contextmanager
    def _metrics(self) -> Iterator[BinaryIO]:
        if not os.path.lexists(self.folder / METRICS) and not is_run(self.folder):
            raise UserError(
                message("“{path}” is gone: it was moved or deleted.", path=os.fspath(self.folder))
            )
        # none where it has made no step yet
        with told_in(self.folder) as file:
            yield file
