"""What is drawn of twins: each seed is seen, and the interval of the mean difference as it was computed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.twins.comparison import Band
from widgets.runs.twins.plot import apart, with_band


def band(low, high):
    epochs = np.arange(1.0, len(low) + 1)
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    return Band(epochs, (low + high) / 2, low, high)


@given(st.lists(st.integers(0, 100), max_size=12))
def test_dots_that_would_hide_each_other_are_drawn_apart(places):
    found = apart([float(place) for place in places], 200.0)
    seen = set(zip(places, found, strict=True))
    assert len(seen) == len(places), "each is a dot of its own"
    for number, (place, offset) in enumerate(zip(places, found, strict=True)):
        if all(abs(place - other) >= 8 for other in places[:number]):
            assert offset == 0, "nothing hides it"


@given(st.lists(st.just(5.0), max_size=50))
def test_they_stay_within_their_part(places):
    assert all(abs(offset) <= 14 for offset in apart(places, 14.0))


def test_the_axis_holds_the_interval():
    lines = [np.array([0.0, 1.0]), np.zeros(1)]
    reached = with_band(lines, band([-0.5, -0.2], [1.5, 1.8]))
    assert (reached.min(), reached.max()) == (-0.5, 1.8)


def test_an_interval_many_times_as_wide_leaves_the_lines_their_shape():
    lines = [np.array([0.0, 1.0]), np.zeros(1)]
    reached = with_band(lines, band([-20.0, np.nan], [30.0, np.nan]))
    assert (reached.min(), reached.max()) == (-1.0, 2.0)


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_without_an_interval_there_are_only_the_lines(values):
    assert with_band([np.array([np.nan, 0.5]), np.zeros(1)], band(values, values)).tolist() == [0.5, 0.0]
