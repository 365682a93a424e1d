"""Trains a kept run again exactly, and says whether every number and the weights came out the same."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.background.job import Job, Task
from app.training.runs import Runs
from networks.core.message import Message, message
from networks.project.exactness import inexact
from networks.project.kept_project import Repeatable, repeatable
from networks.runs.kept.repetition import Sameness, sameness


class Repeats(QObject):
    """Reads the run in the background, has it trained, and compares both folders when that has ended."""

    compared = Signal(object)
    """What came of it, a Message."""
    troubled = Signal(object)
    """Why it cannot be repeated or compared, a Message."""

    def __init__(self, runs: Runs, parent: QObject) -> None:
        super().__init__(parent)
        self._runs = runs
        self._job: Job[Any] | None = None
        self._again: Repeatable | None = None
        """What is being trained again, or was last."""
        runs.rested.connect(self._compare)

    @property
    def busy(self) -> bool:
        """Whether a run is being read or compared."""
        return self._job is not None

    def repeat(self, run: str) -> None:
        """Trains the run with this id again."""
        folder = self._runs.kept.folders.get(run)
        if folder is not None and not self.busy and not self._runs.trainer.busy:
            self._begin(Job(partial(_read, folder), self._train, self._fail, owner=self))

    def close(self) -> None:
        """Waits for what is being read."""
        if self._job is not None:
            self._job.close()
            self._job = None

    def _begin(self, job: Job[Any]) -> None:
        self._job = job
        job.start()

    def _train(self, again: Repeatable) -> None:
        self._job = None
        if not self._runs.trainer.busy:
            self._again = again
            self._runs.train_again(again)

    @Slot()
    def _compare(self) -> None:
        again, trainer = self._again, self._runs.trainer
        # whoever was asked whether it may take long may have said no, and trained something else
        if again is None or trainer.project is not again.project:
            return
        self._again = None
        if trainer.folder is not None and not self.busy:
            self._begin(Job(partial(_compared, again, trainer.folder), self._tell, self._fail, owner=self))

    def _tell(self, told: Message) -> None:
        self._job = None
        self.compared.emit(told)

    def _fail(self, reason: Message) -> None:
        self._job = None
        self.troubled.emit(reason)


def _read(folder: Path, _: Task) -> Repeatable:
    return repeatable(folder)


def _compared(again: Repeatable, folder: Path, _: Task) -> Message:
    came: Sameness = sameness(again.kept.folder, folder, inexact(again.project))
    return message("“{run}” again: {sentence}", run=again.kept.record.title, sentence=came.sentence())
