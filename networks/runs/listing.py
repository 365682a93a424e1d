"""The lines of the table of runs: sorted, filtered, and grouped where runs differ in the seed only."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from msgspec.structs import replace

from networks.core.message import message, plural
from networks.runs.columns import COLUMN, COLUMNS, NAME, Cell, Column, Key, Line, RunRow, SeedGroup


class Order(msgspec.Struct, frozen=True):
    """How the table is arranged; `text` are words that a run must have, and `column` the name of one."""

    column: str = "number"
    descending: bool = True
    text: str = ""
    grouped: bool = False


class Told:
    """Gives the words by which a run can be found, and remembers them as long as its row stays the same."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[RunRow, str]] = {}

    def __call__(self, row: RunRow) -> str:
        known = self._known.get(row.run)
        if known is None or known[0] is not row:
            known = self._known[row.run] = row, _told(row)
        return known[1]


def arranged(
    rows: Iterable[RunRow], order: Order, told: Callable[[RunRow], str] | None = None
) -> tuple[Line, ...]:
    """The lines of the table: the runs that have the words, sorted, and grouped where that is wished."""
    column = COLUMN.get(order.column, NAME)
    lines: list[Line] = [*matching(rows, order.text, told or _told)]
    if order.grouped:
        lines = [*grouped(line for line in lines if isinstance(line, RunRow))]
        lines = [
            replace(line, rows=_sorted(line.rows, column, order.descending))
            if isinstance(line, SeedGroup)
            else line
            for line in lines
        ]
    return _sorted(lines, column, order.descending)


def matching(
    rows: Iterable[RunRow], text: str, told: Callable[[RunRow], str] | None = None
) -> Iterator[RunRow]:
    """The runs in whose names, changes, notes, states or devices all of these words occur."""
    words, words_of = text.casefold().split(), told or _told
    for row in rows:
        found = words_of(row) if words else ""
        if all(word in found for word in words):
            yield row


def grouped(rows: Iterable[RunRow]) -> Iterator[Line]:
    """Runs of one family together where there are several, at the place of the first one."""
    families: dict[str, list[RunRow]] = {}
    for row in rows:
        family = "" if row.origin is None else row.origin.family
        families.setdefault(family or f"only {row.run}", []).append(row)
    for members in families.values():
        yield members[0] if len(members) == 1 else SeedGroup(tuple(members))


class MeanOfRuns(msgspec.Struct, frozen=True):
    """The mean of `count` values, and their sample standard deviation; None of a single one."""

    mean: float
    deviation: float | None
    count: int


def mean_of(rows: Sequence[RunRow], column: Column) -> MeanOfRuns | None:
    """Mean and spread of a column over runs, of those that have a finite value; None where none has."""
    if column.figure is None:
        return None
    values = [
        float(key)
        for row in rows
        if (key := column.key(row)) is not None and not isinstance(key, str) and math.isfinite(key)
    ]
    if not values:
        return None
    return MeanOfRuns(
        statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None, len(values)
    )


def group_text(group: SeedGroup, column: Column) -> tuple[Cell, Cell]:
    """The two lines of a group: the mean, and below it the spread and how many runs have a value."""
    if column is NAME:
        return group.rows[0].name, plural("{count} seed", "{count} seeds", count=len(group.rows))
    found = mean_of(group.rows, column)
    if found is None or column.figure is None:
        told = {str(column.text(row)) for row in group.rows}
        return (column.text(group.rows[0]) if len(told) == 1 else message("various")), ""
    deviation = "" if found.deviation is None else f"± {column.figure(found.deviation)}"
    if found.count == len(group.rows):
        return column.figure(found.mean), deviation
    few = message(
        "{deviation} of {count} in {all}", deviation=deviation, count=found.count, all=len(group.rows)
    )
    return column.figure(found.mean), few


def _sorted(lines: Sequence[Any], column: Column, descending: bool) -> tuple[Any, ...]:
    """Sorted by the column, and what has nothing there at the end; equals as they stood."""
    filled: list[tuple[_Sorted, Line]] = []
    empty: list[Line] = []
    for line in lines:
        key = _key(line, column)
        if key is None:
            empty.append(line)
        else:
            filled.append((key, line))
    filled.sort(key=itemgetter(0), reverse=descending)
    return *(line for _, line in filled), *empty


_Sorted = tuple[int, float, str]


def _key(line: Line, column: Column) -> _Sorted | None:
    if isinstance(line, SeedGroup):
        found = mean_of(line.rows, column)
        key: Key = found.mean if found is not None else column.key(line.rows[0])
    else:
        key = column.key(line)
    if key is None or (isinstance(key, float) and math.isnan(key)):
        return None
    return (1, 0.0, key.casefold()) if isinstance(key, str) else (0, float(key), "")


def _told(row: RunRow) -> str:
    """All that a run can be found by."""
    summary, origin = row.summary, row.origin
    told = [str(row.number), row.name]
    if summary is not None:
        told += [summary.title, str(summary.word), summary.device, summary.note, summary.parent]
    if origin is not None:
        told += [origin.network, str(origin.words)]
    return " ".join(told).casefold()


def table_csv(rows: Iterable[RunRow]) -> str:
    """The table with all columns as CSV, a line for each run; what is not known is left empty."""
    text = io.StringIO()
    names = ["run", "name", "changes", "since"]
    for column in COLUMNS[1:]:
        names.append(column.name)
        if column.name.startswith("best "):
            names.append(f"epoch of {column.name}")
    table = csv.DictWriter(text, names, lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow(_cells(row))
    return text.getvalue()


def _cells(row: RunRow) -> dict[str, Any]:
    cells: dict[str, Any] = {"run": row.number or "", "name": row.name}
    if row.origin is not None:
        cells |= {"changes": str(row.origin.words), "since": row.origin.since}
    for column in COLUMNS[1:]:
        cells[column.name] = column.key(row)
    for name, best in () if row.summary is None else row.summary.best.items():
        cells[f"epoch of best {name}"] = best.epoch
    return cells
