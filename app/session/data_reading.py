"""Reads the images of a data set beside the window."""

from __future__ import annotations

from app.background.job import Task, reason_of
from networks.core.message import Message, message
from networks.recipes.datasets import Dataset, Folder
from networks.recipes.datasets.survey import Survey


class Reader:
    """Reads a set in the background; of a folder that was read before only what has changed."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self.survey: Survey | None = None
        """What has been read of a folder so far; may be looked at from the window's thread."""
        self.change: Message | None = None
        """What has changed in a folder that was read before."""

    def read(self, task: Task) -> bool:
        """Returns whether the set was read; False if that was cancelled."""

        def progress(survey: Survey) -> None:
            self.survey = survey
            if not task.report(survey.done / survey.of):
                raise _EnoughError

        dataset = self._dataset
        if not isinstance(dataset, Folder):
            dataset.load()
            return True
        try:
            self.change = dataset.read_again(progress)
            dataset.read(progress)
        except _EnoughError:
            return False
        return True


class _EnoughError(Exception):
    """Nobody wants the folder any more."""


def unread(error: BaseException) -> Message:
    """The sentence for an error that nobody foresaw."""
    return message(
        "The images could not be read. The reason that was given: {reason}", reason=reason_of(error)
    )
