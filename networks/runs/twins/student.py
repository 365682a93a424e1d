"""Student's t distribution: what a mean over a few seeds can be trusted with."""

from __future__ import annotations

import math
from functools import lru_cache

_SMALL = 1e-300
_STEPS = 10_000


def cumulative(t: float, freedom: int) -> float:
    """The probability of a value of at most `t`, with this many degrees of freedom (1 or more).

    1 − I_x(ν/2, 1/2) / 2 for t ≥ 0, where x = ν / (ν + t²) (Abramowitz and Stegun 1964, 26.7.1 and 26.5.27).
    """
    if t < 0:
        return 1 - cumulative(-t, freedom)
    # of x and 1 − x each is computed by itself: the smaller one would lose its digits in a difference
    square = t * t
    return 1 - _beta_share(freedom / (freedom + square), square / (freedom + square), freedom / 2, 0.5) / 2


@lru_cache(maxsize=1024)
def quantile(share: float, freedom: int) -> float:
    """The value below which this share (0 < share < 1) lies, with this many degrees of freedom."""
    if share < 0.5:
        return -quantile(1 - share, freedom)
    low, high = 0.0, 1.0
    while cumulative(high, freedom) < share:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        if cumulative(middle, freedom) < share:
            low = middle
        else:
            high = middle
    return high


def _beta_share(x: float, rest: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b), where `rest` is 1 − x.

    By its continued fraction, which converges quickly below the mean (DLMF 8.17.22); above it the other tail
    is computed.
    """
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(rest, x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return math.exp(logarithm) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """1 + d₁ / (1 + d₂ / (1 + …)), evaluated from the front (Lentz 1976, as modified by Thompson)."""
    value = c = 1.0
    d = 0.0
    for step in range(1, _STEPS):
        m = step // 2
        if step % 2:
            factor = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            factor = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + factor * d or _SMALL)
        c = 1 + factor / c or _SMALL
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value
