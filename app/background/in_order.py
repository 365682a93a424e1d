"""Work beside the window of which nothing is left out: one job after the other, in the order they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject

from app.background.job import Job, Task, broke_off
from networks.core.message import Message


class _Wish(NamedTuple):
    work: Callable[[Task], Any]
    done: Callable[[Any], None]
    failed: Callable[[Message], None]
    explain: Callable[[BaseException], Message]
    stack: int


class InOrder:
    """Runs one job at a time. So of two files that are written under one name, the later one stays.

    What fails stops nothing: the next one begins before the failure is told.
    """

    def __init__(self, owner: QObject) -> None:
        self._owner = owner
        self._job: Job[Any] | None = None
        self._waiting: deque[_Wish] = deque()

    @property
    def busy(self) -> bool:
        """Whether something has been asked for that is not answered yet."""
        return self._job is not None

    def run(
        self,
        work: Callable[[Task], Any],
        done: Callable[[Any], None],
        failed: Callable[[Message], None],
        *,
        explain: Callable[[BaseException], Message] = broke_off,
        stack: int = 0,
    ) -> None:
        """Runs `work` after all that was asked for before it. See `Job`."""
        self._waiting.append(_Wish(work, done, failed, explain, stack))
        self._start()

    def finish(self) -> None:
        """Waits until everything that was asked for is done, and has been answered."""
        while self._job is not None:
            self._job.wait()

    def _start(self) -> None:
        if self._job is not None or not self._waiting:
            return
        wish = self._waiting.popleft()
        self._job = Job(
            wish.work,
            wish.done,
            wish.failed,
            owner=self._owner,
            ended=self._end,
            explain=wish.explain,
            stack=wish.stack,
        )
        self._job.start()

    def _end(self) -> None:
        self._job = None
        self._start()
