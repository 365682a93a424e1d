"""Bias-corrected exponential moving average of values that keep arriving."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Smoother:
    """Continues where the last call ended, so that each value is processed once.

    The average of x_1 … x_n is sum(w^(n-i) x_i) / sum(w^(n-i)): the moving average m <- w m + (1 - w) x,
    started at 0 and divided by 1 - w^n (Kingma and Ba 2015, section 3). A weight of 0 leaves the values as
    they are. NaN and infinity are gaps: they become NaN, and the average starts afresh after them.
    """

    def __init__(self, weight: float) -> None:
        if not 0 <= weight < 1:
            raise ValueError(f"weight {weight} is not in [0, 1)")
        self.weight = weight
        self._begin()

    def extend(self, values: Floats) -> Floats:
        """The averages at these values, which continue those of earlier calls; NaN in gaps."""
        values = np.asarray(values, np.float64)
        finite = np.isfinite(values)
        if finite.all():
            return self._average(values)
        result = np.full(len(values), np.nan)
        edges = np.flatnonzero(np.diff(finite, prepend=False, append=False))
        for start, stop in edges.reshape(-1, 2).tolist():
            if start > 0:
                self._begin()
            result[start:stop] = self._average(values[start:stop])
        if not finite[-1]:
            self._begin()
        return result

    def _begin(self) -> None:
        self._sum = 0.0
        self._count = 0
        self._low, self._high = math.inf, -math.inf

    def _average(self, values: Floats) -> Floats:
        if not self.weight or not len(values):
            return values.copy()
        sums = _decaying_sums(values * (1 - self.weight), self.weight, self._sum)
        counts = np.arange(self._count + 1, self._count + len(values) + 1)
        self._sum = float(sums[-1])
        # further on the divisor rounds to 1
        started = int(np.searchsorted(counts, _STARTED / -math.log(self.weight)))
        averages: Floats = sums
        averages[:started] /= -np.expm1(counts[:started] * math.log(self.weight))
        # rounding could carry an average beyond the values that it averages
        low = np.minimum(np.minimum.accumulate(values), self._low)
        high = np.maximum(np.maximum.accumulate(values), self._high)
        self._count = int(counts[-1])
        self._low, self._high = float(low[-1]), float(high[-1])
        return np.clip(averages, low, high)


_STARTED = 40.0
"""1 - e^-x is 1 in floats from here on."""


def smooth(values: Floats, weight: float) -> Floats:
    """The averages of a whole array at once."""
    return Smoother(weight).extend(values)


def _decaying_sums(values: Floats, weight: float, before: float) -> Floats:
    """s_i = weight s_(i-1) + values_i with s_0 = before, in O(n).

    About sqrt(n) blocks are summed side by side; then each adds what the blocks before it carry over.
    """
    count = len(values)
    size = math.isqrt(count - 1) + 1
    blocks = -(-count // size)
    padded = np.zeros(blocks * size)
    padded[:count] = values
    # a column per block, so that each step below works on contiguous memory
    sums = np.ascontiguousarray(padded.reshape(blocks, size).T)
    for i in range(1, size):
        sums[i] += weight * sums[i - 1]
    left = np.empty(blocks)
    decay, carried = weight**size, before
    for block, end in enumerate(sums[-1].tolist()):
        left[block] = carried
        carried = decay * carried + end
    sums += np.multiply.outer(weight ** np.arange(1.0, size + 1), left)
    return sums.T.reshape(-1)[:count]
