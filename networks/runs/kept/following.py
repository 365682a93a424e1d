"""Follows a run that another process writes: each reading takes only what was appended since the last one."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from networks.core.message import UserError, message
from networks.runs.events import Event
from networks.runs.kept.files import METRICS
from networks.runs.kept.legs import End, State, begins
from networks.runs.kept.metrics import LARGEST, STARTED, Lines
from networks.runs.kept.reading import KeptRun, ending, is_run, state_and_end, unread


class News(NamedTuple):
    """What a run has told since it was looked at last.

    `anew` is the whole run with a new record, where what was read before does not count any more: a later leg
    has gone back to an earlier step. `over` says that the last event is the run's end.
    """

    events: tuple[Event, ...] = ()
    anew: KeptRun | None = None
    over: bool = False


class Follower:
    """Reads the folder of a run again and again, from any thread, but from one at a time."""

    def __init__(self, folder: Path, run: str = "", most: int | None = None) -> None:
        """`run` is the id of the run's record, else the folder's path; `most` is for the record."""
        self.folder = folder
        self._run, self._most = run or os.fspath(folder), most
        self._read = 0
        """Bytes of the metrics that were read: up to the end of a line."""
        self._lines = Lines(self._run)

    def begin(self) -> KeptRun:
        """Reads all that there is, as `read_run` does; `read` goes on from there. Raises UserError."""
        state, end = self._state()
        kept = unread(self.folder, self._run, state, self._most)
        self._read, self._lines = 0, Lines(self._run)
        for told in self._lines.of_legs(self._appended(state != "running")):
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
        before = self._read
        appended = self._appended(state != "running")
        if self._read < before or (before and STARTED in appended):
            # another leg, which may have gone back
            kept = self.begin()
            return News(anew=kept, over=kept.state != "running")
        events = [event for told in self._lines.of_legs(appended) for event in told]
        if state != "running":
            events.append(ending(self._lines, end))
        return News(tuple(events), over=state != "running")

    def _state(self) -> tuple[State, End | None]:
        return ("running", None) if begins(self.folder) else state_and_end(self.folder)

    def _appended(self, over: bool) -> bytes:
        """The lines behind those that were read; half a line waits for its end, unless the run is `over`."""
        path = self.folder / METRICS
        try:
            with open(path, "rb", opener=_opened) as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    raise OSError("it is not a file")
                if found.st_size > LARGEST:
                    raise OSError(f"it is larger than {LARGEST // 2**20} MB")
                if found.st_size < self._read:
                    # it is another file
                    self._read = 0
                file.seek(self._read)
                data = file.read(found.st_size - self._read)
        except FileNotFoundError:
            if not is_run(self.folder):
                raise UserError(
                    message("“{path}” is gone: it was moved or deleted.", path=os.fspath(self.folder))
                ) from None
            # it has made no step yet
            return b""
        except OSError as error:
            raise UserError(
                message(
                    "“{path}” was not read: {reason}.",
                    path=os.fspath(path),
                    reason=error.strerror or str(error),
                )
            ) from error
        if not over:
            data = data[: data.rfind(b"\n") + 1]
        self._read += len(data)
        return data


def _opened(path: str, flags: int) -> int:
    """Opening a pipe would wait for whoever writes into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
