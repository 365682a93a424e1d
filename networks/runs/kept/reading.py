"""Runs read back from their folders, with all that they have measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from networks.core.message import UserError, message
from networks.runs.endings import interrupted
from networks.runs.events import Event, Failed, Finished
from networks.runs.kept import metrics
from networks.runs.kept.excerpt import excerpt
from networks.runs.kept.files import HEADER, METRICS, Header, Label, bounded, header_of, label_of
from networks.runs.kept.folders import words_of
from networks.runs.kept.legs import End, State, end_of, state_of
from networks.runs.kept.metrics import MOST_STEPS
from networks.runs.record import Record
from networks.runs.summary import Summary, summary_of


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


def read_run(folder: Path, run: str = "", until: int = MOST_STEPS, most: int | None = None) -> KeptRun:
    """Reads a run; `run` is the id of its record, else the folder's path. Raises UserError with the reason.

    With `until` the record ends with that step, as if the run went on from there. `most` is for the record.
    """
    return _read(folder, run, until, _whole, most)


def each_told(folder: Path, run: str, until: int = MOST_STEPS) -> Iterator[list[Event]]:
    """What a run has told up to this step, some thousand events at a time. Raises UserError."""
    yield from metrics.Lines(run).of_legs(_lines(folder), until)


def read_briefly(folder: Path) -> KeptRun:
    """Reads a run from a small part of its metrics: all of its validations, and few of its steps.

    Raises UserError with the reason.
    """
    return _read(folder, "", MOST_STEPS, excerpt)


def read_summary(folder: Path) -> Summary:
    """What a table tells of a run, from a small part of its metrics. Raises UserError with the reason."""
    kept = read_briefly(folder)
    return summary_of(kept.record, kept.label.note, kept.header.begun, kept.header.seed)


def _read(
    folder: Path, run: str, until: int, part: Callable[[bytes], bytes], most: int | None = None
) -> KeptRun:
    """Reads a run from a part of its metrics."""
    # the state first: a run that ends meanwhile is then one whose end is not known yet
    state, end = state_and_end(folder)
    kept = unread(folder, run, state, most)
    lines = metrics.Lines(kept.record.run)
    for told in lines.of_legs(part(_lines(folder)), until):
        kept.record.take(told)
    if until == MOST_STEPS and state != "running":
        kept.record.take([ending(lines, end)])
    return kept


def _whole(data: bytes) -> bytes:
    return data


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


def _lines(folder: Path) -> bytes:
    try:
        return bounded(folder / METRICS, metrics.LARGEST)
    except FileNotFoundError:
        # it was cut off before the first step
        return b""
    except OSError as error:
        raise UserError(
            message(
                "“{path}” was not read: {reason}.",
                path=os.fspath(folder / METRICS),
                reason=error.strerror or str(error),
            )
        ) from error
