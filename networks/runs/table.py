"""The table of a run's measurements, and the one CSV format in which it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from networks.runs.events import Event, Stepped, Validated
from networks.runs.measures import MEASURES
from networks.runs.record import Record
from networks.runs.series import Series

COLUMNS = ("step", "epoch", *(measure.name for measure in MEASURES))
"""There is a row for each step; a validation stands in the row of the step that it follows."""

RUN = "run"
"""The first column of a table of several runs; it holds their titles."""

Row = dict[str, Any]


def rows(record: Record, start: int = 0) -> Iterator[Row]:
    """The rows of one run, from the step with index `start` on.

    A validation whose step is not in the record has a row of its own.
    """
    before = int(record.steps.step[start - 1]) if start else -1
    judged = {row["step"]: row for row in _rows(record.validations) if row["step"] > before}
    for row in _rows(record.steps, start):
        yield judged.pop(row["step"], {}) | row
    yield from judged.values()


class TableOfSteps:
    """Writes the rows of a run while it goes on, from what it tells, and keeps one of them in memory.

    The same text as `csv_text` gives, for runs of any length.
    """

    def __init__(self, file: TextIO, *, several: bool = False) -> None:
        """Writes the heading; where `several` runs follow, the first column names the run."""
        self._several = several
        self._table = writer(file, (RUN, *COLUMNS) if several else COLUMNS)
        self._named: Row = {}
        self._row: Row | None = None
        """That of the last step, into which a validation may still come."""

    def begin_run(self, title: str) -> None:
        """The rows that follow are those of this run."""
        self.end_row()
        self._named = {RUN: title} if self._several else {}

    def take(self, events: Iterable[Event]) -> None:
        """Writes the rows that these events make whole."""
        for event in events:
            if isinstance(event, Stepped):
                self.end_row()
                self._row = _row(event)
            elif isinstance(event, Validated):
                step, self._row = self._row, _row(event)
                if step is not None and step["step"] == event.step:
                    self._row |= step
                elif step is not None:
                    self._table.writerow(self._named | step)

    def end_row(self) -> None:
        """Writes the last row: nothing more comes into it."""
        if self._row is not None:
            self._table.writerow(self._named | self._row)
            self._row = None


def csv_text(records: Iterable[Record]) -> str:
    """All runs as CSV; if there are several, the first column names the run.

    Reading a number back gives the same bits; `nan` and `inf` are written as such. What was not measured at
    a step is left empty.
    """
    records = tuple(records)
    several = len(records) > 1
    text = io.StringIO()
    table = writer(text, (RUN, *COLUMNS) if several else COLUMNS)
    for record in records:
        named: Row = {RUN: record.title} if several else {}
        table.writerows(named | row for row in rows(record))
    return text.getvalue()


def writer(file: TextIO, columns: tuple[str, ...] = COLUMNS) -> csv.DictWriter[str]:
    """Writes the heading into a file, and then the rows that it is given."""
    table = csv.DictWriter(file, columns, lineterminator="\n")
    table.writeheader()
    return table


def _row(event: Stepped | Validated) -> Row:
    values = {name: float(value) for name, value in event.values.items() if name in COLUMNS}
    return {"step": event.step, "epoch": float(event.epoch)} | values


def _rows(series: Series, start: int = 0) -> Iterator[Row]:
    names = [name for name in COLUMNS[2:] if name in series]
    columns = [series.values(name)[start:].tolist() for name in names]
    for step, epoch, *values in zip(
        series.step[start:].tolist(), series.epoch[start:].tolist(), *columns, strict=True
    ):
        yield {"step": step, "epoch": epoch} | dict(zip(names, values, strict=True))
