"""Runs read back from their folders, with all that they have measured."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from networks.core.message import UserError, message
from networks.runs.endings import interrupted
from networks.runs.events import Event, Failed, Finished
from networks.runs.kept import metrics
from networks.runs.kept.excerpt import excerpt
from networks.runs.kept.files import HEADER, METRICS, Header, Label, header_of, label_of, opened
from networks.runs.kept.folders import words_of
from networks.runs.kept.legs import End, State, end_of, state_of
from networks.runs.kept.metrics import MOST_STEPS
from networks.runs.kept.searched import Searched
from networks.runs.record import MANY, Record
from networks.runs.summary import Summary, summary_of

_SHORT = 2**22
"""Bytes that are searched at once."""


class KeptRun(msgspec.Struct, frozen=True):
    """A run as its folder tells of it: how it began, what the user calls it, its state and its record."""

    folder: Path
    header: Header
    label: Label
    state: State
    record: Record


def is_run(folder: Path) -> bool:
    """Whether this is a run's folder."""
    # unlike `Path.is_file`, it raises nothing where the folder may not be entered
    return os.path.isfile(folder / HEADER)


def read_run(folder: Path, run: str = "", until: int = MOST_STEPS, most: int | None = MANY) -> KeptRun:
    """Reads a run; `run` is the id of its record, else the folder's path. Raises UserError with the reason.

    With `until` the record ends with that step, as if the run went on from there. `most` is for the record:
    however long the run was, only so many steps are in memory.
    """
    reading = Reading(folder, run, until, most)
    for _ in reading.told():
        pass
    return reading.kept


class Reading:
    """A run that is read from its folder, whose record fills while the events are taken.

    So who wants all steps of a very long run can have them without holding them.
    """

    def __init__(self, folder: Path, run: str = "", until: int = MOST_STEPS, most: int | None = MANY) -> None:
        """Takes what `read_run` does. Raises UserError with the reason."""
        # the state first: a run that ends meanwhile is then one whose end is not known yet
        self._state, self._end = state_and_end(folder)
        self.kept = unread(folder, run, self._state, most)
        """The run; its record is whole when `told` has come to its end."""
        self._until = until

    def told(self, *, brief: bool = False) -> Iterator[list[Event]]:
        """What the run has told, some thousand events at a time. Raises UserError with the reason.

        `brief` tells all of its validations, and few of its steps.
        """
        record = self.kept.record
        lines = metrics.Lines(record.run)
        with told_in(self.kept.folder) as file:
            source = io.BytesIO(excerpt(_searched(file))) if brief else file
            for some in lines.of_legs(source, self._until):
                record.take(some)
                yield some
        if self._state != "running" and self._until == MOST_STEPS:
            record.take([ending(lines, self._end)])


def each_told(folder: Path, run: str, until: int = MOST_STEPS) -> Iterator[list[Event]]:
    """What a run has told up to this step, some thousand events at a time. Raises UserError."""
    with told_in(folder) as file:
        yield from metrics.Lines(run).of_legs(file, until)


def read_briefly(folder: Path) -> KeptRun:
    """Reads a run from a small part of its metrics: all of its validations, and few of its steps.

    Raises UserError with the reason.
    """
    reading = Reading(folder)
    for _ in reading.told(brief=True):
        pass
    return reading.kept


def read_summary(folder: Path) -> Summary:
    """What a table tells of a run, from a small part of its metrics. Raises UserError with the reason."""
    kept = read_briefly(folder)
    return summary_of(kept.record, kept.label.note, kept.header.begun, kept.header.seed)


def state_and_end(folder: Path) -> tuple[State, End | None]:
    """Whether a run goes on, and how it has ended where it has."""
    state = state_of(folder)
    return state, end_of(folder) if state == "ended" else None


def unread(folder: Path, run: str, state: State, most: int | None = None) -> KeptRun:
    """A run with a record that is empty as yet. Raises UserError with the reason."""
    header, label = header_of(folder), label_of(folder)
    title = label.title or header.title or words_of(folder)
    record = Record(run or os.fspath(folder), title, header.epochs, most=most)
    record.short = label.title or header.short or title
    record.parent = header.parent
    return KeptRun(folder, header, label, state, record)


def ending(lines: metrics.Lines, end: End | None) -> Finished | Failed:
    """The last event of a run that told these lines; it was interrupted where it has no end."""
    if end is None:
        return Finished(lines.run, "interrupted", lines.step, interrupted(lines.step, lines.steps_per_epoch))
    sentence = message("{sentence}", sentence=end.sentence)
    if end.reason == "failed":
        return Failed(lines.run, sentence)
    return Finished(lines.run, end.reason, end.step, sentence)


def _searched(file: BinaryIO) -> bytes | Searched:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return file.read(size) if size <= _SHORT else Searched(file, size)


@contextmanager
def told_in(folder: Path) -> Iterator[BinaryIO]:
    """The metrics of a run to read; nothing where it was cut off before the first step. Raises UserError."""
    path = folder / METRICS
    try:
        with ExitStack() as stack:
            file: BinaryIO
            try:
                file = stack.enter_context(opened(path, metrics.LARGEST))
            except FileNotFoundError:
                file = io.BytesIO()
            yield file
    except OSError as error:
        raise UserError(
            message(
                "“{path}” was not read: {reason}.",
                path=os.fspath(path),
                reason=error.strerror or str(error),
            )
        ) from error
