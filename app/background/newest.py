"""Work beside the window of which only the newest matters, such as writing a state that keeps changing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject

from app.background.job import Job, Task
from networks.core.message import Message


class _Wish(NamedTuple):
    work: Callable[[Task], Any]
    done: Callable[[Any], None]
    failed: Callable[[Message], None]


class Newest:
    """Runs one job at a time. What is asked for meanwhile waits, and gives way to what is asked for after it.

    So files are written in the order in which they were asked for, and the last state is always written.
    """

    def __init__(
        self,
        owner: QObject,
        progress: Callable[[float], None] | None = None,
        *,
        impatient: bool = False,
    ) -> None:
        """With `impatient`, what runs is cancelled as soon as something newer is asked for."""
        self._owner = owner
        self._progress, self._impatient = progress, impatient
        self._job: Job[Any] | None = None
        self._next: _Wish | None = None

    @property
    def busy(self) -> bool:
        """Whether something has been asked for that is not answered yet."""
        return self._job is not None

    def run(
        self, work: Callable[[Task], Any], done: Callable[[Any], None], failed: Callable[[Message], None]
    ) -> None:
        """Runs `work` as soon as what runs now has ended, unless something newer comes first. See `Job`."""
        self._next = _Wish(work, done, failed)
        if self._impatient and self._job is not None:
            self._job.cancel()
        self._start()

    def give_up(self) -> None:
        """Gives up what waits and what runs: neither is answered."""
        self.skip()
        if self._job is not None:
            self._job.cancel()

    def skip(self) -> None:
        """Gives up what waits. What runs goes on."""
        self._next = None

    def finish(self) -> None:
        """Waits until everything that was asked for is done, and has been answered."""
        while self._job is not None:
            self._job.wait()

    def _start(self) -> None:
        if self._job is not None or self._next is None:
            return
        wish, self._next = self._next, None
        self._job = Job(wish.work, wish.done, wish.failed, self._progress, owner=self._owner, ended=self._end)
        self._job.start()

    def _end(self) -> None:
        self._job = None
        self._start()
