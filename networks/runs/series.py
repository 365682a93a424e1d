"""Measured values, kept in arrays that grow; of a very long run only some of the older steps are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.runs.events import Stepped, Validated

Floats = NDArray[np.float64]


class Column:
    """An array that only grows; its memory doubles when full, so appending n numbers costs O(n) in all."""

    def __init__(self, dtype: type[Any] = np.float64) -> None:
        self._memory: NDArray[Any] = np.empty(256, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[Any]:
        """All numbers, as a read-only view that does not change when more are appended."""
        view = self._memory[: self._length]
        view.flags.writeable = False
        return view

    def extend(self, values: Sequence[float] | NDArray[Any]) -> None:
        """Appends these numbers."""
        needed = self._length + len(values)
        if needed > len(self._memory):
            grown = np.empty(max(needed, 2 * len(self._memory)), self._memory.dtype)
            grown[: self._length] = self._memory[: self._length]
            self._memory = grown
        self._memory[self._length : needed] = values
        self._length = needed

    def keep(self, places: NDArray[np.intp]) -> None:
        """Keeps only the numbers at these places; views that were handed out keep their values."""
        kept = np.empty_like(self._memory)
        kept[: len(places)] = self._memory[places]
        self._memory, self._length = kept, len(places)

    def clear(self) -> None:
        """Removes all numbers; views that were handed out keep their values."""
        self._memory = np.empty(256, self._memory.dtype)
        self._length = 0


_STEP, _EPOCH, _VALUES = map(attrgetter, ("step", "epoch", "values"))


class Series:
    """The values of some measures at the same steps, in the order of measurement.

    Epochs may be fractional. A value that an event does not carry is NaN. Nothing is dropped unless somebody
    calls `thin`.
    """

    def __init__(self, measures: Iterable[str]) -> None:
        self._step = Column(np.int64)
        self._epoch = Column()
        self._values = {name: Column() for name in measures}
        self._missing = set(self._values)
        self.thinnings = 0
        """How often it was thinned out."""
        self._apart = 2
        """How many steps lie between two older ones that are kept."""
        self.kept: NDArray[np.intp] = np.empty(0, np.intp)
        """Where those that were kept stood before it was thinned out last."""

    def __len__(self) -> int:
        return len(self._step)

    def __contains__(self, measure: str) -> bool:
        """Whether this measure has any value."""
        return measure in self._values and measure not in self._missing

    def extend(self, events: Sequence[Stepped] | Sequence[Validated]) -> None:
        """Appends the values of these events."""
        self._step.extend(list(map(_STEP, events)))
        self._epoch.extend(list(map(_EPOCH, events)))
        told = list(map(_VALUES, events))
        for name, column in self._values.items():
            column.extend([values.get(name, np.nan) for values in told])
        if self._missing:
            self._missing.difference_update(*told)

    def thin(self, most: int) -> None:
        """Keeps the newest quarter of this many samples, and of the older ones each second, fourth, eighth …

        step, evenly over the whole run, so that at most half as many of them are left. Drawn over the whole
        run, a curve looks the same: each pixel stands for many steps.
        """
        step = self._step.values
        old = step[: max(0, len(step) - most // 4)]
        while np.count_nonzero(old % self._apart == 0) > most // 2:
            self._apart *= 2
        newest = np.arange(len(old), len(step))
        self.kept = np.concatenate((np.flatnonzero(old % self._apart == 0), newest)).astype(np.intp)
        for column in (self._step, self._epoch, *self._values.values()):
            column.keep(self.kept)
        self.thinnings += 1

    @property
    def step(self) -> NDArray[np.int64]:
        return self._step.values

    @property
    def epoch(self) -> Floats:
        return self._epoch.values

    def values(self, measure: str) -> Floats:
        """All values of this measure. Raises KeyError if the series does not keep it."""
        return self._values[measure].values

    def value(self, measure: str, index: int) -> float | None:
        """One value; None if the index is below 0 or the measure has no values."""
        return float(self.values(measure)[index]) if index >= 0 and measure in self else None

    def nearest(self, epoch: float) -> int:
        """Index of the sample closest to this epoch. Raises IndexError if there is no sample."""
        count = len(self)
        if not count:
            raise IndexError("no sample")
        epochs = self.epoch
        after = int(np.searchsorted(epochs, epoch))
        if after == 0:
            return 0
        if after == count:
            return count - 1
        return after if epochs[after] - epoch < epoch - epochs[after - 1] else after - 1
