"""What a search for the learning rate has measured, and the two rates that it suggests."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from networks.runs.series import Floats

LOWEST, HIGHEST, RATES = 1e-6, 10.0, 100
"""The learning rates to try; each step multiplies the rate by the same factor."""
RISE = 4.0
"""A search ends where the loss is this many times its lowest, and higher than ever before."""
_LOW = 9
"""Steps whose mean is a low loss."""
_WIDTH = 3
"""Standard deviation, in steps, of the Gaussian that smooths the losses, centred so that nothing lags."""
_FALL = 0.02
"""The share of its start by which the loss has to fall to count as learning."""
_CERTAIN = 4.0
"""And by how many standard errors of the mean."""


class RateSearch(NamedTuple):
    """For each seed, the loss of the step that was made with each learning rate, as far as it went.

    The marks follow Smith 2017, "Cyclical learning rates", section 3.3, and its use in fast.ai: where the
    smoothed loss falls fastest against the logarithm of the rate, and a tenth of the rate at its lowest.
    """

    losses: tuple[tuple[float, ...], ...]

    @property
    def rates(self) -> Floats:
        """The learning rates that all seeds have reached, rising."""
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
    def fall(self) -> tuple[float, float] | None:
        """The mean loss at the first rate, and its lowest; None where nothing was measured."""
        mean = self.mean
        return (float(mean[0]), float(mean.min())) if len(mean) else None

    @property
    def _falls(self) -> bool:
        """Whether the loss falls by more than chance: it differs from batch to batch."""
        if self.fall is None or len(self.rates) < 3:
            return False
        first, lowest = self.fall
        until = int(np.argmin(self.mean)) + 1
        apart = [
            np.array(each)[:until] - bell[:until]
            for each, bell in zip(self.losses, self.smoothed, strict=True)
        ]
        # the Gaussian averages about 2 √π widths of steps, half as many at the start
        by_chance = float(np.std(apart)) / math.sqrt(len(self.losses) * math.sqrt(math.pi) * _WIDTH)
        return first - lowest > max(_FALL * first, _CERTAIN * by_chance)


def tried_rates() -> Floats:
    """All learning rates of a search, rising."""
    return np.geomspace(LOWEST, HIGHEST, RATES)


def rounded(rate: float) -> float:
    """A learning rate with two digits, as one would type it."""
    return float(f"{rate:.1e}")


def is_out_of_hand(losses: list[float]) -> bool:
    """Whether a search with these losses can end here."""
    if not losses:
        return False
    if not math.isfinite(losses[-1]):
        return True
    before, recent = losses[:-3], losses[-3:]
    if len(before) < 2:
        return False
    # a single batch of a network that has learned may have next to no loss: so the mean of several steps,
    # and a loss that no batch had before
    width = min(_LOW, len(before))
    low = min(sum(before[at : at + width]) / width for at in range(len(before) - width + 1))
    return min(recent) > max(RISE * low, max(before))


def _smoothed(losses: Floats) -> Floats:
    """Losses under a moving Gaussian average, cut off at both ends."""
    steps = np.arange(len(losses))
    bell = np.exp(-0.5 * ((steps[:, None] - steps) / _WIDTH) ** 2)
    smoothed: Floats = bell @ losses / bell.sum(1)
    return smoothed
