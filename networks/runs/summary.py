"""What a table tells of a run: names, best and last measures, time, device and verdict, without curves."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from networks.core.message import Message
from networks.runs.measures import MEASURES
from networks.runs.record import Record
from networks.runs.verdict import Mark, best_index, verdict


class Best(NamedTuple):
    """The best value of a measure, and the epoch after which it was measured."""

    value: float
    epoch: int


class Summary(msgspec.Struct, frozen=True):
    """A run in a few figures. `seconds` is what its whole epochs took, without pauses.

    `best` and `last` hold values by the name of their measure; of what is measured in each step there is only
    the last one.
    """

    title: str
    short: str
    mark: Mark
    word: Message
    sentence: Message
    epochs: float
    planned: int
    """For how many epochs it is to be trained."""
    seconds: float
    device: str
    best: dict[str, Best]
    last: dict[str, float]
    parent: str = ""
    """The title of the run from whose weights it went on."""
    note: str = ""
    begun: str = ""
    """In UTC, as ISO 8601 writes it; empty where it is not known."""
    seed: int | None = None


def summary_of(record: Record, note: str = "", begun: str = "", seed: int | None = None) -> Summary:
    """The summary of what a run has told so far."""
    found = verdict(record)
    best: dict[str, Best] = {}
    last: dict[str, float] = {}
    for measure in MEASURES:
        if (value := record.value(measure)) is not None:
            last[measure.name] = value
        if measure.each == "epoch" and (index := best_index(record, measure)) >= 0:
            series = record.series(measure)
            best[measure.name] = Best(float(series.values(measure.name)[index]), int(series.epoch[index]))
    return Summary(
        record.title,
        record.short,
        found.mark,
        found.word,
        found.sentence,
        record.last_epoch,
        # it may have been trained further
        max(record.progress.epochs, math.ceil(record.last_epoch)),
        record.seconds,
        record.progress.device,
        best,
        last,
        record.parent,
        note,
        begun,
        seed,
    )
