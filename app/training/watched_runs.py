"""Runs that other processes train, followed while they go on: read in jobs, told in the window's thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import Job, Task
from networks.core.message import Message, UserError
from networks.runs.kept.following import Follower, News
from networks.runs.record import Record, Records

LOOK_MS = 500
"""How often their folders are looked at, in milliseconds; whoever trains writes once a second."""

_Looked = dict[str, News | Message]


class WatchedRuns(QObject):
    """Adds to the records of these runs what their folders tell, until each of them has ended."""

    recorded = Signal()
    """They have told more."""
    ended = Signal(object)
    """The record of a run that has ended, or whose process is gone."""
    troubled = Signal(object)
    """A Message that says why a run is followed no longer."""

    def __init__(self, records: Records, parent: QObject) -> None:
        super().__init__(parent)
        self._records = records
        self._followers: dict[str, Follower] = {}
        self._looking: Job[_Looked] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def runs(self) -> tuple[str, ...]:
        """The ids of the runs that are followed, in the order in which that began."""
        return tuple(self._followers)

    def follow(self, run: str, follower: Follower) -> None:
        """Follows a run that has a record, from where the follower has read to."""
        self._followers[run] = follower
        self._timer.start()

    def forget(self, runs: Iterable[str]) -> None:
        """Follows these runs no longer."""
        for run in tuple(runs):
            self._followers.pop(run, None)
        if not self._followers:
            self._timer.stop()

    def close(self) -> None:
        """Follows no run any more, and waits for the folder that is being read."""
        self.forget(self.runs)
        if self._looking is not None:
            self._looking.close()
            self._looking = None

    @Slot()
    def _look(self) -> None:
        if self._looking is None:
            followers = dict(self._followers)
            self._looking = Job(lambda _: _news(followers, _), self._take, self._fail, owner=self)
            self._looking.start()

    def _take(self, looked: _Looked) -> None:
        self._looking = None
        told, over = False, []
        for run, news in looked.items():
            if run not in self._followers or run not in self._records:
                continue
            if isinstance(news, Message):
                self.forget([run])
                self.troubled.emit(news)
                continue
            if news.anew is not None:
                _take_place(self._records, news.anew.record)
            self._records.take(news.events)
            told |= bool(news.events) or news.anew is not None
            if news.over:
                over.append(run)
        self.forget(over)
        if told:
            self.recorded.emit()
        for run in over:
            self.ended.emit(self._records[run])

    def _fail(self, reason: Message) -> None:
        """Something went wrong that nobody foresaw: none is followed, rather than all again and again."""
        self._looking = None
        self.forget(self.runs)
        self.troubled.emit(reason)


def _news(followers: Mapping[str, Follower], task: Task) -> _Looked:
    """In a job's thread."""
    looked: _Looked = {}
    for run, follower in followers.items():
        if task.cancelled:
            break
        try:
            looked[run] = follower.read()
        except UserError as error:
            looked[run] = error.reason
    return looked


def _take_place(records: Records, record: Record) -> None:
    """Puts a record in the place of an earlier one of the same run, under the name that this has now."""
    before = records[record.run]
    record.title, record.short = before.title, before.short
    records.begin(record)
