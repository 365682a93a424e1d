"""Fetches a data set that has a name, in the background."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.background.job import Job, Task, reason_of
from networks.core.message import Message, message
from networks.recipes.datasets.named import NamedDataset


class Fetching(QObject):
    """Fetches one set at a time. Files that have come in full are kept, also where it is cancelled."""

    arrived = Signal(object)
    """All files of this data set are on this computer."""
    failed = Signal(object)
    """The Message that says why it was not fetched."""
    progressed = Signal(float)
    """The share that is here."""
    ended = Signal()
    """It goes on no more, whatever came of it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: Job[bool] | None = None
        self.dataset: NamedDataset | None = None
        """The set that is being fetched, or was last."""

    @property
    def busy(self) -> bool:
        """Whether a set is being fetched."""
        return self._job is not None and self._job.running

    def fetch(self, dataset: NamedDataset) -> None:
        """Begins to fetch, unless something is being fetched."""
        if self.busy:
            return
        self.dataset = dataset
        self._job = Job(
            partial(_fetch, dataset),
            self._take,
            self.failed.emit,
            self.progressed.emit,
            owner=self,
            ended=self.ended.emit,
            explain=_explain,
        )
        self._job.start()
        self.progressed.emit(0.0)

    def cancel(self) -> None:
        """Stops as soon as the server has said something."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stops, and waits until it has stopped."""
        if self._job is not None:
            self._job.close()

    def _take(self, whole: bool) -> None:
        if whole:
            self.arrived.emit(self.dataset)


def _fetch(dataset: NamedDataset, task: Task) -> bool:
    """Fetches a set. Returns whether it is complete; False if it was cancelled."""
    # imported late: nothing else speaks to servers
    from networks.recipes.datasets.fetching import fetch

    return fetch(dataset, task.report)


def _explain(error: BaseException) -> Message:
    return message("Fetching broke off. The reason that was given: {reason}", reason=reason_of(error))
