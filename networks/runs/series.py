"""The measurements of training runs, kept in full in arrays that grow."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.runs.events import Event, Failed, Finished, Started, Stepped, Validated

Floats = NDArray[np.float64]

CSV_HEADER = ("run", "split", "step", "epoch", "loss", "accuracy")


class Column:
    """Numbers of one kind that are only ever appended; memory doubles, so appending n costs O(n) in all."""

    def __init__(self, dtype: type[Any] = np.float64) -> None:
        self._memory: NDArray[Any] = np.empty(256, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[Any]:
        """All of them, as a read-only view that stays as it is when more are appended."""
        view = self._memory[: self._length]
        view.flags.writeable = False
        return view

    def extend(self, values: Sequence[float] | NDArray[Any]) -> None:
        """Appends these."""
        needed = self._length + len(values)
        if needed > len(self._memory):
            grown = np.empty(max(needed, 2 * len(self._memory)), self._memory.dtype)
            grown[: self._length] = self._memory[: self._length]
            self._memory = grown
        self._memory[self._length : needed] = values
        self._length = needed

    def clear(self) -> None:
        """Forgets all; views that were handed out keep their values."""
        self._memory = np.empty(256, self._memory.dtype)
        self._length = 0


_STEP, _EPOCH, _LOSS, _ACCURACY = map(attrgetter, ("step", "epoch", "loss", "accuracy"))


class Samples:
    """Loss and accuracy over steps, in the order in which they were measured. Epochs may be fractional."""

    def __init__(self) -> None:
        self._step = Column(np.int64)
        self._epoch = Column()
        self._loss = Column()
        self._accuracy = Column()

    def __len__(self) -> int:
        return len(self._step)

    def extend(self, events: Sequence[Stepped] | Sequence[Validated]) -> None:
        """Appends what these events tell."""
        self._step.extend(list(map(_STEP, events)))
        self._epoch.extend(list(map(_EPOCH, events)))
        self._loss.extend(list(map(_LOSS, events)))
        self._accuracy.extend(list(map(_ACCURACY, events)))

    @property
    def step(self) -> NDArray[np.int64]:
        return self._step.values

    @property
    def epoch(self) -> Floats:
        return self._epoch.values

    @property
    def loss(self) -> Floats:
        return self._loss.values

    @property
    def accuracy(self) -> Floats:
        return self._accuracy.values

    def nearest(self, epoch: float) -> int:
        """Index of the sample closest to that epoch. Raises IndexError where there is no sample."""
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

    def rows(self) -> Iterator[tuple[int, float, float, float]]:
        """(step, epoch, loss, accuracy) of every sample."""
        return zip(
            self.step.tolist(), self.epoch.tolist(), self.loss.tolist(), self.accuracy.tolist(), strict=True
        )


class RunSeries:
    """All that one run has told so far: every step, every validation, the best epoch and how it ended."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.training = Samples()
        self.validation = Samples()
        self.best: Validated | None = None
        """The validation with the lowest loss so far."""
        self.diverged: float | None = None
        """The epoch (fractional) of the first loss that was no finite number."""
        self.ended: Finished | Failed | None = None
        """The end of the last leg; None while the run goes on or has not begun."""

    def take(self, events: Iterable[Event]) -> None:
        """Appends what these events tell."""
        steps: list[Stepped] = []
        validations: list[Validated] = []
        for event in events:
            if isinstance(event, Stepped):
                steps.append(event)
            elif isinstance(event, Validated):
                validations.append(event)
                if event.best:
                    self.best = event
            elif isinstance(event, Started):
                self.ended = None
            elif isinstance(event, Finished | Failed):
                self.ended = event
        self.training.extend(steps)
        self.validation.extend(validations)
        if self.diverged is None:
            measured: list[Stepped | Validated] = [*steps, *validations]
            broken = [float(event.epoch) for event in measured if not math.isfinite(event.loss)]
            self.diverged = min(broken, default=None)

    @property
    def last_epoch(self) -> float:
        """How far the run is, in epochs; 0 before anything was measured."""
        ends = [float(samples.epoch[-1]) for samples in (self.training, self.validation) if len(samples)]
        return max(ends, default=0.0)

    @property
    def measured(self) -> bool:
        """Whether there is anything to draw."""
        return len(self.training) > 0 or len(self.validation) > 0


def csv_text(runs: Iterable[RunSeries]) -> str:
    """Every measurement as CSV, one row each, in the order of the steps.

    Columns: run, split (`training` is one batch, `validation` all validation images), step, epoch, loss,
    accuracy (0 to 1). Numbers are written so that reading them gives the same bits; `nan` and `inf` as such.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for run in runs:
        splits = (("training", run.training), ("validation", run.validation))
        # the sort is stable: where both have a step, its batch comes first
        for split, row in merge(*(_named(*each) for each in splits), key=lambda named: named[1][0]):
            writer.writerow((run.title, split, row[0], *map(repr, row[1:])))
    return text.getvalue()


def _named(split: str, samples: Samples) -> Iterator[tuple[str, tuple[int, float, float, float]]]:
    return ((split, row) for row in samples.rows())
