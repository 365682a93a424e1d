"""The one CSV format gives back every bit, also where it is written in pieces."""

from __future__ import annotations

import csv
import io
import math
import struct
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from networks.runs.events import Stepped, Validated
from networks.runs.record import Record
from networks.runs.table import COLUMNS, TableOfSteps, csv_text, rows, writer

ANY = st.floats(allow_nan=True, allow_infinity=True)


def bits(number):
    return "nan" if math.isnan(number) else struct.pack("<d", number)


def told(measured, steps_per_epoch, run="run"):
    events = []
    for step, (loss, accuracy) in enumerate(measured, 1):
        values = {"training loss": loss, "training accuracy": accuracy}
        events.append(Stepped(run, step, step / steps_per_epoch, values))
        if step % steps_per_epoch == 0:
            values = {"validation loss": accuracy, "validation accuracy": loss}
            events.append(Validated(run, step, step // steps_per_epoch, values, 0.1, best=False))
    return events


def record_of(events, title="", run="run"):
    record = Record(run, title)
    record.take(events)
    return record


def test_the_first_columns_stay_where_they_are():
    assert COLUMNS[:6] == (
        "step",
        "epoch",
        "training loss",
        "training accuracy",
        "validation loss",
        "validation accuracy",
    )


@given(st.lists(st.tuples(ANY, ANY), max_size=60), st.integers(1, 7))
def test_csv_gives_back_every_bit(measured, steps_per_epoch):
    events = told(measured, steps_per_epoch)
    table = list(csv.reader(io.StringIO(csv_text([record_of(events)]))))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == 1 + len(measured)
    for row, (loss, accuracy) in zip(table[1:], measured, strict=True):
        step = int(row[0])
        assert float(row[1]) == step / steps_per_epoch
        assert [bits(float(cell)) for cell in row[2:4]] == [bits(loss), bits(accuracy)]
        if step % steps_per_epoch:
            assert row[4:6] == ["", ""]
        else:
            assert [bits(float(cell)) for cell in row[4:6]] == [bits(accuracy), bits(loss)]


@given(st.lists(st.tuples(ANY, ANY), max_size=40), st.integers(1, 7), st.lists(st.integers(1, 40)))
def test_written_in_pieces_it_is_the_same(measured, steps_per_epoch, cuts):
    events = told(measured, steps_per_epoch)
    record, file, written = Record("run"), io.StringIO(), 0
    table = writer(file)
    for event in events:
        record.take([event])
        # a step's row is whole once its validation is there, where one follows
        whole = isinstance(event, Validated) or event.step % steps_per_epoch
        if whole and event.step in cuts:
            table.writerows(rows(record, written))
            written = len(record.steps)
    table.writerows(rows(record, written))
    assert file.getvalue() == csv_text([record])


def test_several_runs_are_told_apart_by_their_titles():
    first = record_of(told([(1.0, 0.5)], 1), 'Run 1, "best"')
    second = record_of(told([(2.0, 0.25), (3.0, 0.125)], 2), "Run 2")
    table = list(csv.DictReader(io.StringIO(csv_text([first, second]))))
    assert list(table[0]) == ["run", *COLUMNS]
    assert [row["run"] for row in table] == ['Run 1, "best"', "Run 2", "Run 2"]
    assert [row["validation loss"] for row in table] == ["0.5", "", "0.125"]


def test_a_validation_without_its_step_has_a_row_of_its_own():
    values = {"validation loss": 0.5, "validation accuracy": 0.25}
    text = csv_text([record_of([Validated("run", 4, 2, values, 0.1, best=True)])])
    assert text.splitlines()[1].startswith("4,2.0,,,0.5,0.25")


def test_what_was_never_measured_is_empty():
    text = csv_text([record_of([Stepped("run", 1, 0.5, {"training loss": 2.0})])])
    assert text.splitlines()[1].startswith("1,0.5,2.0,,,")


@given(
    st.lists(st.tuples(ANY, ANY), max_size=60), st.integers(1, 7), st.lists(st.integers(0, 80), max_size=8)
)
def test_written_from_events_alone_it_is_the_same(measured, steps_per_epoch, cuts):
    events = told(measured, steps_per_epoch)
    file = io.StringIO()
    table = TableOfSteps(file)
    for start, stop in pairwise([0, *sorted(cuts), len(events)]):
        table.take(events[start:stop])
        if isinstance(next(reversed(events[:stop]), None), Validated):
            # nothing more comes into the row
            table.end_row()
    table.end_row()
    assert file.getvalue() == csv_text([record_of(events)])


def test_a_validation_of_no_step_in_sight_has_a_row_of_its_own_there_too():
    file = io.StringIO()
    table = TableOfSteps(file)
    values = {"validation loss": 0.5, "validation accuracy": 0.25}
    events = [Stepped("run", 3, 1.5, {"training loss": 2.0}), Validated("run", 4, 2, values, 0.1, best=True)]
    table.take(events)
    table.end_row()
    assert file.getvalue() == csv_text([record_of(events)])
