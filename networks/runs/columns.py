"""The rows and columns of the table of runs; the columns of measures follow from their declarations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from networks.core.durations import duration
from networks.core.message import Message, message
from networks.runs.measures import MEASURES, Measure
from networks.runs.summary import Summary

Cell = Message | str
Key = float | str | None
"""What a column is sorted by; None where there is nothing, which comes last."""


class Origin(msgspec.Struct, frozen=True):
    """Where a run comes from. `changes` are those since its parent, which is called `since`.

    `since` is empty where there was no run before. Runs that differ in the seed only have the same `family`.
    """

    network: str = ""
    changes: tuple[Message, ...] = ()
    since: str = ""
    family: str = ""

    @property
    def words(self) -> Message:
        """All changes in a line."""
        if not self.since:
            return message("the start")
        if not self.changes:
            return message("nothing changed")
        told = self.changes[0]
        for change in self.changes[1:]:
            told = message("{first}, {second}", first=told, second=change)
        return told


class RunRow(msgspec.Struct, frozen=True):
    """A run in the table. What is not read yet is None."""

    run: str
    """The id of its record."""
    number: int
    """That of its folder; 0 where it has none."""
    name: str
    summary: Summary | None = None
    origin: Origin | None = None


class SeedGroup(msgspec.Struct, frozen=True):
    """Runs that differ in the seed only, two or more."""

    rows: tuple[RunRow, ...]

    @property
    def family(self) -> str:
        """What all of them share."""
        origin = self.rows[0].origin
        return "" if origin is None else origin.family


Line = RunRow | SeedGroup


class Column(msgspec.Struct, frozen=True):
    """A column: how a row is shown in it, in one line or two, and what it is sorted by.

    `name` stands for it in settings and heads it in files. `heading` has one line or two. `figure` writes a
    number of it where numbers can be averaged.
    """

    name: str
    heading: tuple[Message, ...]
    key: Callable[[RunRow], Key]
    text: Callable[[RunRow], Cell]
    under: Callable[[RunRow], Cell] | None = None
    figure: Callable[[float], str] | None = None
    falls: bool = False
    """Whether the best value is the lowest, so that it is sorted upwards first."""
    chosen: bool = False
    """Whether it is shown as long as the user has not chosen."""


def _of_summary(value: Callable[[Summary], Any]) -> Callable[[RunRow], Any]:
    return lambda row: None if row.summary is None else value(row.summary)


def _text_of(value: Callable[[Summary], Cell]) -> Callable[[RunRow], Cell]:
    return lambda row: "" if row.summary is None else value(row.summary)


def _best(measure: Measure, summary: Summary) -> float | None:
    found = summary.best.get(measure.name)
    return None if found is None else found.value


def _best_text(measure: Measure, summary: Summary) -> Cell:
    return measure.quantity.figure(_best(measure, summary))


def _best_epoch(measure: Measure, summary: Summary) -> Cell:
    found = summary.best.get(measure.name)
    return "" if found is None else message("ep {epoch}", epoch=found.epoch)


def _last(measure: Measure, summary: Summary) -> float | None:
    return summary.last.get(measure.name)


def _last_text(measure: Measure, summary: Summary) -> Cell:
    return measure.quantity.figure(_last(measure, summary))


def _short(measure: Measure) -> Message:
    """What a heading calls a measure: its quantity, and of which images or weights unless of validation."""
    quantity = measure.quantity.title.lower()
    alone = sum(each.quantity == measure.quantity for each in MEASURES) == 1
    if alone or (measure.each == "epoch" and not measure.averaged):
        return message(quantity)
    return message("{word} {quantity}", word=message(measure.word), quantity=message(quantity))


def _of_measures() -> Iterator[Column]:
    """For each measure the best value, where it has one over all images, and the last one."""
    for measure in MEASURES:
        falls = measure.quantity.better == "lower"
        chosen = measure.each == "epoch" and measure.quantity.format == "percent" and not measure.averaged
        if measure.each == "epoch" and measure.quantity.better is not None:
            yield Column(
                f"best {measure.name}",
                (message("Best"), _short(measure)),
                _of_summary(partial(_best, measure)),
                _text_of(partial(_best_text, measure)),
                _text_of(partial(_best_epoch, measure)),
                measure.quantity.figure,
                falls,
                chosen,
            )
        yield Column(
            f"last {measure.name}",
            (message("Last"), _short(measure)),
            _of_summary(partial(_last, measure)),
            _text_of(partial(_last_text, measure)),
            None,
            measure.quantity.figure,
            falls,
            chosen,
        )


def _epochs(summary: Summary) -> Cell:
    return f"{summary.epochs:.4g}/{summary.planned}" if summary.planned else f"{summary.epochs:.4g}"


def _seconds(summary: Summary) -> Cell:
    return duration(summary.seconds) if summary.seconds else "–"


def _second_line(row: RunRow) -> Cell:
    """What was changed since the parent, and the network, as far as the name does not say so."""
    if row.origin is None:
        return ""
    words, network = row.origin.words, row.origin.network
    if str(words) == row.name or (not row.origin.since and row.summary is None):
        return network
    return message("{network} · {changes}", network=network, changes=words)


NAME = Column(
    "number",
    (message("Run and what changed"),),
    lambda row: row.number or math.inf,
    lambda row: row.name,
    _second_line,
)
STATE = Column(
    "state",
    (message("State"),),
    _of_summary(lambda summary: str(summary.word)),
    _text_of(lambda summary: summary.word),
    chosen=True,
)
COLUMNS: tuple[Column, ...] = (
    NAME,
    *_of_measures(),
    Column("epochs", (message("Epochs"),), _of_summary(lambda summary: summary.epochs), _text_of(_epochs)),
    Column(
        "seconds",
        (message("Time"),),
        _of_summary(lambda summary: summary.seconds or None),
        _text_of(_seconds),
        None,
        duration,
        True,
        True,
    ),
    Column(
        "device",
        (message("Device"),),
        _of_summary(lambda summary: summary.device or None),
        _text_of(lambda summary: summary.device),
    ),
    STATE,
    Column(
        "seed",
        (message("Seed"),),
        _of_summary(lambda summary: summary.seed),
        _text_of(lambda summary: "–" if summary.seed is None else str(summary.seed)),
    ),
    Column(
        "begun",
        (message("Begun"), message("(UTC)")),
        _of_summary(lambda summary: summary.begun or None),
        _text_of(lambda summary: summary.begun[:16].replace("T", " ")),
    ),
    Column(
        "note",
        (message("Note"),),
        _of_summary(lambda summary: summary.note or None),
        _text_of(lambda summary: " ".join(summary.note.split())),
    ),
)
"""All columns, in their order; the first one is always shown."""

COLUMN: Mapping[str, Column] = {column.name: column for column in COLUMNS}
