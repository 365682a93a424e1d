"""Appends what a run tells to its metrics, now and then and without losing a line where the disk is full."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from networks.runs.events import Event
from networks.runs.kept.files import METRICS
from networks.runs.kept.metrics import line

EVERY = 1.0
"""Seconds for which events wait at most, as long as new ones come."""
MOST_WAITING = 2**26
"""Bytes that wait for a disk that is full; beyond that, lines are lost."""


class Appending:
    """The file of metrics, open for appending. All methods but `sync` are for the thread that trains."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises OSError."""
        self.folder = folder
        self._clock = clock
        self._events: list[Event] = []
        self._waiting = b""
        self._written = clock()
        self._file = -1
        self._open()

    def take(self, event: Event) -> bool:
        """Takes the next event. Whether it is time to `flush`."""
        self._events.append(event)
        return self._clock() - self._written >= EVERY

    def flush(self) -> None:
        """Hands all events to the system, which keeps them whatever happens to this process.

        Raises OSError where that fails; the next call tries again, and nothing is lost.
        """
        self._written = self._clock()
        if len(self._waiting) < MOST_WAITING:
            self._waiting += b"".join(map(line, self._events))
        self._events.clear()
        while self._waiting:
            written = os.write(self._file, self._waiting)
            self._waiting = self._waiting[written:]

    def sync(self) -> None:
        """Waits until what was flushed is on the disk, where it survives a power cut. Raises OSError."""
        os.fsync(self._file)

    def close(self) -> None:
        """Raises OSError where something was not written."""
        try:
            self.flush()
        finally:
            os.close(self._file)
            self._file = -1

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Closes the file for a while, so that it can be moved; then goes on in `folder`. Raises OSError."""
        if self._file < 0:
            yield
            return
        os.close(self._file)
        try:
            yield
        finally:
            self._open()

    def _open(self) -> None:
        path = self.folder / METRICS
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        self._file = os.open(path, flags, 0o666)
        # half a line that a killed process left must not become part of the next one
        if (size := os.fstat(self._file).st_size) > 0:
            os.lseek(self._file, size - 1, os.SEEK_SET)
            if os.read(self._file, 1) != b"\n" and not self._waiting:
                self._waiting = b"\n"
