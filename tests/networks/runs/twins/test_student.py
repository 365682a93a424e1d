"""Student's t distribution is the one of the books, to all digits that matter."""

from __future__ import annotations

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.twins.student import cumulative, quantile

TABLE = {
    1: (6.314, 12.706, 63.657),
    2: (2.920, 4.303, 9.925),
    3: (2.353, 3.182, 5.841),
    4: (2.132, 2.776, 4.604),
    5: (2.015, 2.571, 4.032),
    9: (1.833, 2.262, 3.250),
    19: (1.729, 2.093, 2.861),
    29: (1.699, 2.045, 2.756),
    60: (1.671, 2.000, 2.660),
    99: (1.660, 1.984, 2.626),
}
"""NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: quantiles at 0.95, 0.975 and 0.995."""


@pytest.mark.parametrize("freedom", TABLE)
def test_quantiles_are_those_of_the_table(freedom):
    found = [quantile(share, freedom) for share in (0.95, 0.975, 0.995)]
    assert found == pytest.approx(TABLE[freedom], abs=0.0005)


def exactly(t, freedom):
    """By the incomplete beta function of mpmath, with thirty digits."""
    with mpmath.workdps(30):
        x = mpmath.mpf(freedom) / (freedom + mpmath.mpf(t) ** 2)
        tail = mpmath.betainc(mpmath.mpf(freedom) / 2, mpmath.mpf(1) / 2, 0, x, regularized=True) / 2
        return float(1 - tail if t >= 0 else tail)


@given(st.floats(-50, 50), st.integers(1, 200))
def test_probabilities_are_those_of_thirty_digits(t, freedom):
    assert cumulative(t, freedom) == pytest.approx(exactly(t, freedom), rel=1e-11, abs=1e-12)


@given(st.floats(0.001, 0.999), st.integers(1, 200))
def test_the_quantile_inverts_the_probability(share, freedom):
    assert cumulative(quantile(share, freedom), freedom) == pytest.approx(share, abs=1e-12)


@given(st.floats(-30, 30))
def test_with_one_degree_it_is_cauchys_and_with_two_a_root(t):
    assert cumulative(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi, abs=1e-12)
    assert cumulative(t, 2) == pytest.approx(0.5 + t / (2 * math.sqrt(2 + t * t)), abs=1e-12)
