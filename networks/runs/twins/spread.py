"""The mean of a few numbers, how far they spread, and how well the mean is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from networks.runs.twins.student import quantile

SURE = 0.95
"""The probability with which an interval holds the mean over all seeds there are."""
MOST_SEEDS = 100
"""How many seeds can be asked for."""


class Spread(NamedTuple):
    """What is known of numbers that were drawn alike.

    `deviation` is the standard deviation of one of them (with n − 1), and `low` and `high` bound the 95 %
    interval of the mean: mean ± t deviation / √n, with the 97.5 % quantile of Student's t distribution with
    n − 1 degrees of freedom (Student 1908). All three are NaN for a single number.
    """

    seeds: int
    mean: float
    deviation: float
    low: float
    high: float

    @property
    def decided(self) -> bool:
        """Whether 0 lies outside the interval."""
        return self.low > 0 or self.high < 0


def spread(values: Sequence[float], grain: float = 0.0) -> Spread:
    """The mean and the spread of one number or more.

    Shares of N images are multiples of a `grain` of 1/N, and known no finer: the difference of two of them
    has at least the variance grain² / 6 (Sheppard 1898), also where all happen to be equal.
    """
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Spread(count, mean, math.nan, math.nan, math.nan)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    deviation = max(math.sqrt(variance), grain / math.sqrt(6))
    reach = quantile((1 + SURE) / 2, count - 1) * deviation / math.sqrt(count)
    return Spread(count, mean, deviation, mean - reach, mean + reach)


def seeds_needed(found: Spread) -> int | None:
    """How many seeds would tell a difference like this one, if it and its spread stay as they are.

    The smallest n above those there are with t deviation / √n < |mean|; None where more than a hundred.
    """
    for count in range(found.seeds + 1, MOST_SEEDS + 1):
        reach = quantile((1 + SURE) / 2, count - 1) * found.deviation / math.sqrt(count)
        if reach < abs(found.mean):
            return count
    return None
