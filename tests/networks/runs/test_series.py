"""No measurement is lost or changed in the series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.events import Stepped
from networks.runs.series import Column, Series

ANY = st.floats(allow_nan=True, allow_infinity=True)


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


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30, unique=True), st.floats(-10, 110))
def test_the_nearest_sample_is_the_nearest(epochs, wanted):
    series = Series(["loss"])
    epochs.sort()
    series.extend([Stepped("run", step, epoch, {"loss": 0.0}) for step, epoch in enumerate(epochs, 1)])
    found = epochs[series.nearest(wanted)]
    assert abs(found - wanted) == min(abs(epoch - wanted) for epoch in epochs)


def test_without_samples_there_is_no_nearest():
    with pytest.raises(IndexError):
        Series(["loss"]).nearest(1.0)


def test_what_was_never_measured_is_known_as_missing():
    series = Series(["loss", "rate"])
    series.extend([Stepped("run", 1, 0.5, {"loss": 2.0})])
    assert "loss" in series
    assert "rate" not in series
    assert series.value("loss", 0) == 2.0
    assert series.value("loss", -1) is None
    assert series.value("rate", 0) is None
    series.extend([Stepped("run", 2, 1.0, {"loss": 1.0, "rate": 0.1})])
    np.testing.assert_array_equal(series.values("rate"), [np.nan, 0.1])


@given(st.integers(1, 400), st.lists(st.integers(1, 300), min_size=1, max_size=12))
def test_what_is_thinned_out_keeps_the_newest_steps_and_the_older_ones_evenly(most, pieces):
    series, step = Series(["loss"]), 0
    for piece in pieces:
        new = range(step + 1, step + piece + 1)
        series.extend([Stepped("run", each, each / 7, {"loss": each / 3}) for each in new])
        step += piece
        if len(series) > most:
            before = series.step.copy()
            series.thin(most)
            np.testing.assert_array_equal(before[series.kept], series.step)
            assert len(series) <= most // 2 + most // 4
    steps = series.step
    np.testing.assert_array_equal(series.epoch, steps / 7)
    np.testing.assert_array_equal(series.values("loss"), steps / 3)
    assert (np.diff(steps) > 0).all()
    if not series.thinnings:
        assert len(steps) == step
    elif most >= 4:
        assert steps[-1] == step
        # coarser further back only, where each second, fourth, eighth … step is left
        apart = np.diff(steps)
        assert (np.diff(apart) <= 0).all()
        # where the older steps end and the newest begin, it may be less
        assert np.count_nonzero(apart & (apart - 1)) <= 1
