"""Runs read back from their folders, with all that they have measured."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from networks.core.message import UserError, message
from networks.runs.endings import interrupted
from networks.runs.events import Failed, Finished, Started
from networks.runs.kept import metrics
from networks.runs.kept.files import HEADER, METRICS, Header, Label, bounded, header_of, label_of
from networks.runs.kept.folders import words_of
from networks.runs.kept.legs import End, State, end_of, state_of
from networks.runs.kept.metrics import MOST_STEPS
from networks.runs.record import Record


class KeptRun(msgspec.Struct, frozen=True):
    """A run as its folder tells of it: how it began, what the user calls it, its state and its record."""

    folder: Path
    header: Header
    label: Label
    state: State
    record: Record


def is_run(folder: Path) -> bool:
    """Whether this is a run's folder."""
    return (folder / HEADER).is_file()


def read_run(folder: Path, run: str = "", until: int = MOST_STEPS) -> KeptRun:
    """Reads a run; `run` is the id of its record, else the folder's path. Raises UserError with the reason.

    With `until` the record ends with that step, as if the run went on from there.
    """
    header, label = header_of(folder), label_of(folder)
    title = label.title or header.title or words_of(folder)
    record = Record(run or os.fspath(folder), title, header.epochs)
    record.short = label.title or header.short or title
    record.parent = header.parent
    # the state first: a run that ends meanwhile is then one whose end is not known yet
    state = state_of(folder)
    end = end_of(folder) if state == "ended" else None
    steps_per_epoch = 1
    for told in metrics.events(_lines(folder), record.run, until):
        record.take(told)
        for event in told:
            if isinstance(event, Started):
                steps_per_epoch = max(1, event.steps_per_epoch)
    if until == MOST_STEPS and state != "running":
        record.take([_ending(record, end, steps_per_epoch)])
    return KeptRun(folder, header, label, state, record)


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


def _ending(record: Record, end: End | None, steps_per_epoch: int) -> Finished | Failed:
    steps = int(record.steps.step[-1]) if len(record.steps) else 0
    if end is None:
        return Finished(record.run, "interrupted", steps, interrupted(steps, steps_per_epoch))
    sentence = message("{sentence}", sentence=end.sentence)
    if end.reason == "failed":
        return Failed(record.run, sentence)
    return Finished(record.run, end.reason, end.step, sentence)
