"""The interval of a mean holds the true mean as often as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.twins.spread import SURE, seeds_needed, spread

numbers = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30)


def test_a_textbooks_example():
    # Student 1908, "The probable error of a mean", section IX: hours of sleep gained by two drugs
    more = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    found = spread(more)
    assert found.mean == pytest.approx(1.58)
    # Fisher, Statistical Methods for Research Workers, §24: t = 4.06 for n = 9
    assert found.mean / (found.deviation / math.sqrt(10)) == pytest.approx(4.06, abs=0.005)
    assert (found.low, found.high) == pytest.approx((0.70, 2.46), abs=0.005)
    assert found.decided


def test_one_number_has_a_mean_and_no_spread():
    found = spread([0.5])
    assert found.mean == 0.5
    assert math.isnan(found.deviation)
    assert not found.decided


@given(numbers)
def test_mean_and_deviation_are_numpys_and_the_interval_lies_around_the_mean(values):
    found = spread(values)
    assert found.mean == pytest.approx(np.mean(values), abs=1e-9)
    assert found.deviation == pytest.approx(np.std(values, ddof=1), abs=1e-9)
    assert found.low <= found.mean <= found.high
    assert found.high - found.mean == pytest.approx(found.mean - found.low, abs=1e-9)


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_the_interval_holds_the_mean_in_95_of_100_cases(count):
    draw = np.random.default_rng(1)
    held = sum(
        found.low <= 7 <= found.high
        for values in draw.normal(7, 3, (4000, count)).tolist()
        for found in (spread(values),)
    )
    # four standard errors of the share
    assert held / 4000 == pytest.approx(SURE, abs=4 * math.sqrt(SURE * (1 - SURE) / 4000))


def test_equal_shares_are_known_no_finer_than_one_image():
    assert spread([0.01, 0.01]).decided
    assert not spread([0.01, 0.01], grain=0.01).decided
    assert spread([0.1] * 5, grain=0.01).decided


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=8))
def test_so_many_seeds_would_decide(values):
    found = spread(values)
    if found.decided or (needed := seeds_needed(found)) is None:
        return
    assert needed > found.seeds
    # as many as are asked for, with the same mean and the same spread
    half = needed // 2
    odd = needed % 2
    side = found.deviation * math.sqrt((needed - 1) / (needed - odd))
    drawn = [found.mean - side] * half + [found.mean + side] * half + [found.mean] * odd
    again = spread(drawn)
    assert again.deviation == pytest.approx(found.deviation)
    assert again.decided
