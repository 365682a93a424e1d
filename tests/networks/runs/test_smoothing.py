"""The moving average equals its formula, whatever arrives, in whatever pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.smoothing import Smoother, smooth

WEIGHTS = st.sampled_from([0.0, 0.01, 0.3, 0.5, 0.9, 0.99]) | st.floats(0, 0.99)
FINITE = st.floats(-1e6, 1e6)
VALUES = st.lists(FINITE, min_size=1, max_size=120)
WITH_GAPS = st.lists(FINITE | st.sampled_from([np.nan, np.inf, -np.inf]), max_size=120)


def naive(values, weight):
    """The definition, segment by segment, one value at a time."""
    result, segment = [], []
    for value in values:
        if not np.isfinite(value):
            segment = []
            result.append(np.nan)
            continue
        segment.append(value)
        shares = [weight ** (len(segment) - 1 - i) for i in range(len(segment))]
        result.append(sum(s * x for s, x in zip(shares, segment, strict=True)) / sum(shares))
    return np.array(result)


@given(WITH_GAPS, WEIGHTS)
def test_it_equals_the_formula_and_never_crosses_a_gap(values, weight):
    expected = naive(values, weight)
    np.testing.assert_allclose(smooth(np.array(values), weight), expected, rtol=1e-9, atol=1e-6)


@given(WITH_GAPS, WEIGHTS, st.lists(st.integers(0, 120), max_size=6))
def test_in_pieces_it_is_the_same_as_at_once(values, weight, cuts):
    smoother = Smoother(weight)
    edges = [0, *sorted(min(cut, len(values)) for cut in cuts), len(values)]
    pieces = [smoother.extend(np.array(values[a:b])) for a, b in pairwise(edges)]
    at_once = smooth(np.array(values), weight)
    np.testing.assert_allclose(np.concatenate(pieces), at_once, rtol=1e-9, atol=1e-6)


@given(FINITE, st.integers(1, 500), WEIGHTS)
def test_a_constant_stays_that_very_constant(constant, count, weight):
    assert (smooth(np.full(count, constant), weight) == constant).all()


@given(VALUES, WEIGHTS)
def test_it_never_leaves_the_values_that_it_is_an_average_of(values, weight):
    averages = smooth(np.array(values), weight)
    assert (averages >= np.minimum.accumulate(values)).all()
    assert (averages <= np.maximum.accumulate(values)).all()


def test_at_weight_zero_nothing_changes():
    values = np.array([3.0, np.nan, 1.0, 1e300])
    np.testing.assert_array_equal(smooth(values, 0.0), values)


def test_the_largest_numbers_do_not_overflow():
    values = np.array([1.7e308, -1.7e308] * 50)
    assert np.isfinite(smooth(values, 0.99)).all()


def test_a_long_run_equals_the_recurrence_at_once_and_in_pieces():
    values = np.random.default_rng(0).normal(size=10_007)
    average, expected = 0.0, []
    for count, value in enumerate(values, 1):
        average = 0.99 * average + 0.01 * value
        expected.append(average / (1 - 0.99**count))
    np.testing.assert_allclose(smooth(values, 0.99), expected, rtol=1e-9, atol=1e-12)
    smoother = Smoother(0.99)
    pieces = [smoother.extend(values[start : start + 37]) for start in range(0, len(values), 37)]
    np.testing.assert_allclose(np.concatenate(pieces), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("weight", [-0.1, 1.0, 2.0, float("nan")])
def test_weights_that_are_none_are_refused(weight):
    with pytest.raises(ValueError, match="weight"):
        Smoother(weight)
