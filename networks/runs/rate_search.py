"""What a search for the learning rate has measured, and the two marks that it proposes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from networks.runs.series import Floats

LOWEST, HIGHEST, RATES = 1e-6, 10.0, 100
"""The learning rates that are tried, from step to step by the same factor."""
RISE = 4.0
"""A search ends where the loss is so many times its lowest."""
_WIDTH = 3
"""Standard deviation, in steps, of the bell with which losses are smoothed; no step lags behind."""
_FALL = 0.02
"""By what share the loss has to fall below its start to count as learning."""


class RateSearch(NamedTuple):
    """For each seed, the loss of the step that was made with each learning rate, as far as it went.

    The marks follow Smith 2017, "Cyclical learning rates", section 3.3, and its use in fast.ai: where the
    smoothed loss falls fastest against the logarithm of the rate, and a tenth of the rate at its lowest.
    """

    losses: tuple[tuple[float, ...], ...]

    @property
    def rates(self) -> Floats:
        """The learning rates that all seeds have come to, rising."""
        return tried_rates()[: min((len(each) for each in self.losses), default=0)]

    @property
    def smoothed(self) -> tuple[Floats, ...]:
        """The smoothed losses of each seed."""
        return tuple(_smoothed(np.array(each)[: len(self.rates)]) for each in self.losses)

    @property
    def mean(self) -> Floats:
        """The mean of the smoothed losses."""
        return np.mean(self.smoothed, axis=0) if len(self.rates) else np.zeros(0)

    @property
    def steepest(self) -> float | None:
        """The rate at which the loss falls fastest; None where it does not fall."""
        mean = self.mean
        if not self._falls:
            return None
        until = max(2, int(np.argmin(mean)) + 1)
        slopes = np.gradient(mean[:until])
        return float(self.rates[int(np.argmin(slopes))])

    @property
    def tenth(self) -> float | None:
        """A tenth of the rate at which the loss is lowest; None where it does not fall."""
        return float(self.rates[int(np.argmin(self.mean))]) / 10 if self._falls else None

    @property
    def apart(self) -> float | None:
        """By what factor the two marks differ, at least 1; None where there are none."""
        steepest, tenth = self.steepest, self.tenth
        return None if steepest is None or tenth is None else max(steepest / tenth, tenth / steepest)

    @property
    def _falls(self) -> bool:
        mean = self.mean
        return len(mean) >= 3 and float(mean.min()) < (1 - _FALL) * float(mean[0])


def tried_rates() -> Floats:
    """All learning rates of a search, rising."""
    return np.geomspace(LOWEST, HIGHEST, RATES)


def rounded(rate: float) -> float:
    """A learning rate with two digits, as one would type it."""
    return float(f"{rate:.1e}")


def is_out_of_hand(losses: list[float]) -> bool:
    """Whether a search with these losses so far need not go on."""
    if not losses:
        return False
    if not math.isfinite(losses[-1]):
        return True
    low, recent = min(losses), losses[-3:]
    return len(recent) == 3 and min(recent) > RISE * low


def _smoothed(losses: Floats) -> Floats:
    """Losses averaged under a bell; at the ends under the part of it that is there."""
    steps = np.arange(len(losses))
    bell = np.exp(-0.5 * ((steps[:, None] - steps) / _WIDTH) ** 2)
    smoothed: Floats = bell @ losses / bell.sum(1)
    return smoothed
