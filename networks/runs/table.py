"""The table of a run's measurements, and the one CSV format in which it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

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


def _rows(series: Series, start: int = 0) -> Iterator[Row]:
    names = [name for name in COLUMNS[2:] if name in series]
    columns = [series.values(name)[start:].tolist() for name in names]
    for step, epoch, *values in zip(
        series.step[start:].tolist(), series.epoch[start:].tolist(), *columns, strict=True
    ):
        yield {"step": step, "epoch": epoch} | dict(zip(names, values, strict=True))
