"""No measurement is lost or changed on its way into the series and into CSV."""

from __future__ import annotations

import csv
import io
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.runs.events import Failed, Finished, Started, Stepped, Validated
from networks.runs.series import CSV_HEADER, Column, RunSeries, csv_text

ANY = st.floats(allow_nan=True, allow_infinity=True)


def bits(number):
    return "nan" if math.isnan(number) else struct.pack("<d", number)


def read(text):
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == CSV_HEADER
    return rows[1:]


@given(st.lists(st.lists(ANY, max_size=400), max_size=6))
def test_a_column_holds_what_was_appended_and_its_views_do_not_change(pieces):
    column, expected, views = Column(), [], []
    for piece in pieces:
        column.extend(piece)
        expected += piece
        views.append((column.values, list(expected)))
    for view, then in views:
        np.testing.assert_array_equal(view, np.array(then))
    assert len(column) == len(expected)


def test_a_column_grows_past_its_first_memory():
    column = Column()
    for start in range(0, 5000, 50):
        column.extend(range(start, start + 50))
    assert column.values.tolist() == list(range(5000))


def test_a_view_cannot_be_written():
    column = Column()
    column.extend([1.0])
    with pytest.raises(ValueError, match="read-only"):
        column.values[0] = 2.0


@given(st.lists(st.tuples(ANY, ANY), max_size=60), st.integers(1, 7))
def test_csv_gives_back_every_bit(measured, steps_per_epoch):
    run = RunSeries('Run 1, "best"')
    events = []
    for step, (loss, accuracy) in enumerate(measured, 1):
        events.append(Stepped(step, step / steps_per_epoch, loss, accuracy))
        if step % steps_per_epoch == 0:
            events.append(Validated(step, step // steps_per_epoch, accuracy, loss, 0.1, best=False))
    run.take(events)
    rows = read(csv_text([run]))
    assert len(rows) == len(events)
    for row, event in zip(rows, events, strict=True):
        assert row[:3] == [
            'Run 1, "best"', "training" if isinstance(event, Stepped) else "validation", str(event.step)
        ]  # fmt: skip
        assert [bits(float(cell)) for cell in row[3:]] == [
            bits(float(number)) for number in (event.epoch, event.loss, event.accuracy)
        ]


def test_the_best_the_first_gap_and_the_end_are_kept():
    run = RunSeries("a")
    run.take([Started("cpu", 1, 2, 10, 5), Stepped(1, 0.5, 1.0, 0.5), Stepped(2, 1.0, 2.0, 0.5)])
    first = Validated(2, 1, 0.7, 0.6, 0.1, best=True)
    run.take([first, Stepped(3, 1.5, math.nan, 0.1), Stepped(4, 2.0, math.inf, 0.1)])
    run.take([Validated(4, 2, 0.9, 0.6, 0.1, best=False)])
    assert run.best is first
    assert run.diverged == 1.5
    assert run.ended is None
    end = Finished("diverged", 4, message("x"))
    run.take([end])
    assert run.ended is end
    run.take([Started("cpu", 1, 2, 10, 5, step=4)])
    assert run.ended is None
    failed = Failed(message("y"))
    run.take([failed])
    assert run.ended is failed


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30, unique=True), st.floats(-10, 110))
def test_the_nearest_sample_is_the_nearest(epochs, wanted):
    run = RunSeries("a")
    epochs.sort()
    run.take([Stepped(step, epoch, 0.0, 0.0) for step, epoch in enumerate(epochs, 1)])
    found = epochs[run.training.nearest(wanted)]
    assert abs(found - wanted) == min(abs(epoch - wanted) for epoch in epochs)


def test_without_samples_there_is_no_nearest():
    with pytest.raises(IndexError):
        RunSeries("a").training.nearest(1.0)
