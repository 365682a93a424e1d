"""The record of a run: what the window, the command line, files and lessons show of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import numpy as np

from networks.runs.events import Event, Failed, Finished, Started, Steered, Stepped, Validated
from networks.runs.gradient_flow import GradientFlow
from networks.runs.measures import EACH_STEP, MEASURES, Each, Measure
from networks.runs.progress import Progress
from networks.runs.series import Column, Series
from networks.runs.waiting import Waiting

MANY = 2**16
"""A window keeps this many steps of a run in memory, some 100 bytes each; the run's folder has them all."""
MOST_FLOWS = 400
"""Epochs of which it is kept how strong the gradient was at each layer."""
_NEAR = 0.5
"""Epochs within which a validation counts as measured at a step."""
_FINITE = tuple(measure.name for measure in MEASURES if measure.quantity.finite)


class Record:
    """Collects the events of one run: every step, every validation, the best epoch and how the run ended.

    `epochs` is how many the run is to train for; `progress.epochs` may be raised later. `clock` is for tests.
    If there are more than `most` steps, older ones are thinned out, so that a run of any length has room.
    """

    def __init__(
        self,
        run: str,
        title: str = "",
        epochs: int = 0,
        clock: Callable[[], float] = time.perf_counter,
        most: int | None = None,
    ) -> None:
        self.run = run
        self.title = title or run
        self.short = self.title
        """A shorter title for where there is little room, such as what was changed for this run."""
        self.steps = Series(EACH_STEP)
        self.validations = Series(measure.name for measure in MEASURES if measure.each == "epoch")
        self.best: Validated | None = None
        """The best validation so far."""
        self.diverged: float | None = None
        """The epoch (fractional) at which a value that has to be finite first was not."""
        self.parent = ""
        """The title of the run from whose weights it went on; empty where it began anew."""
        self.changes: list[Steered] = []
        """What was changed while the run went on, oldest first."""
        self.waits: list[tuple[float, Waiting]] = []
        """The seconds of each epoch, and how long its steps waited for pictures, where these are not kept."""
        self.flows: list[GradientFlow] = []
        """How strong the gradient was at each layer, for each epoch of which this was measured, in order.

        Of very many epochs only every second one, or fourth and so on.
        """
        self.chance: dict[str, float] = {}
        """What guessing alike for all classes would give, by the name of the quantity, where it is known."""
        self.seconds = 0.0
        """What all epochs took together that have been judged, without pauses."""
        self.judged_images = 0
        """How many validation images there are; 0 as long as it is unknown."""
        self.steps_per_epoch = 0
        """How many steps there are in an epoch; 0 as long as it is unknown."""
        self.progress = Progress(epochs, clock)
        self._most = most
        self._means: dict[str, Column] = {name: Column() for name in EACH_STEP}
        """For each validation before the last thinning the means over the steps of its epoch."""

    def take(self, events: Sequence[Event]) -> None:
        """Adds these events."""
        steps: list[Stepped] = []
        validations: list[Validated] = []
        for event in events:
            if isinstance(event, Stepped):
                steps.append(event)
            elif isinstance(event, Validated):
                validations.append(event)
                self._judged(event)
            elif isinstance(event, Steered):
                self.changes.append(event)
            elif isinstance(event, Started):
                self.chance, self.judged_images = event.chance, event.validation_images
                self.steps_per_epoch = event.steps_per_epoch
        # before there is no room for them: arrays that are full double
        self._make_room(len(steps))
        self.steps.extend(steps)
        self.validations.extend(validations)
        self._make_room(0)
        if self.diverged is None:
            measured: list[Stepped | Validated] = [*steps, *validations]
            self.diverged = min((float(event.epoch) for event in measured if _broken(event)), default=None)
        self.progress.take(events)

    def _judged(self, event: Validated) -> None:
        """Keeps what a validation tells beside its measures."""
        self.seconds += event.seconds
        if event.best:
            self.best = event
        if event.flow is not None:
            self.flows.append(event.flow)
            if len(self.flows) > MOST_FLOWS:
                # the first and the newest stay
                del self.flows[1:-1:2]
        if event.waiting is not None:
            self.waits.append((event.seconds, event.waiting))

    def _make_room(self, new: int) -> None:
        """Thins out what is there if with this many new steps there would be too many."""
        if self._most is None or len(self.steps) + new <= self._most:
            return
        for name, means in self._means.items():
            judged = range(len(means), len(self.validations))
            means.extend([self._mean(name, float(self.validations.epoch[index])) for index in judged])
        self.steps.thin(self._most)

    @property
    def thinned(self) -> bool:
        """Whether only some of its older steps are here."""
        return self.steps.thinnings > 0

    def mean_of_epoch(self, measure: Measure, index: int) -> float | None:
        """The mean over the finite values of the steps of the epoch that ends with this validation.

        None where no step of this epoch is known.
        """
        known = self._means[measure.name]
        epoch = float(self.validations.epoch[index])
        mean = float(known.values[index]) if index < len(known) else self._mean(measure.name, epoch)
        return None if math.isnan(mean) else mean

    def _mean(self, name: str, epoch: float) -> float:
        """Over the steps that end with this epoch; NaN where there are none."""
        if name not in self.steps:
            return math.nan
        first, last = np.searchsorted(self.steps.epoch, (epoch - 1 + 1e-9, epoch + 1e-9))
        values = self.steps.values(name)[first:last]
        values = values[np.isfinite(values)]
        return float(values.mean()) if len(values) else math.nan

    def series(self, measure: Measure) -> Series:
        """The series that this measure is part of."""
        return self.steps if measure.each == "step" else self.validations

    def index(self, each: Each, epoch: float | None = None) -> int:
        """Index of the sample at this epoch, or of the newest one for None; -1 if there is none.

        This is the nearest step, or the nearest validation within half an epoch.
        """
        series = self.steps if each == "step" else self.validations
        if epoch is None or not len(series):
            return len(series) - 1
        nearest = series.nearest(epoch)
        if each == "step":
            return nearest if epoch <= self.last_epoch else -1
        return nearest if abs(float(series.epoch[nearest]) - epoch) <= _NEAR else -1

    def value(self, measure: Measure, epoch: float | None = None) -> float | None:
        """The value at this epoch, or the newest one for None; None if nothing was measured there."""
        return self.series(measure).value(measure.name, self.index(measure.each, epoch))

    @property
    def ended(self) -> Finished | Failed | None:
        """The end of the last leg; None while the run goes on or has not begun."""
        return self.progress.ended

    @property
    def last_epoch(self) -> float:
        """How far the run has come, in epochs; 0 before the first step."""
        ends = [float(series.epoch[-1]) for series in (self.steps, self.validations) if len(series)]
        return max(ends, default=0.0)

    @property
    def measured(self) -> bool:
        """Whether anything was measured yet."""
        return len(self.steps) > 0 or len(self.validations) > 0

    @property
    def averages(self) -> bool:
        """Whether averaged weights were judged beside the run's own."""
        return any(measure.averaged and measure.name in self.validations for measure in MEASURES)

    def emptied(self) -> Record:
        """A record of the same run that shares its progress and holds no measurements."""
        record = Record(self.run, self.title, most=self._most)
        record.short, record.parent = self.short, self.parent
        record.progress = self.progress
        record.chance, record.judged_images = self.chance, self.judged_images
        return record


class Records:
    """The records of several runs, oldest first. Events of several runs may arrive mixed."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._begun: dict[str, tuple[float, int]] = {}
        """For each run that ever was, its place, and how many were added before it."""
        self._removed: dict[str, Record] = {}
        """What was removed last, with all measurements, and can be brought back."""
        self._emptied: dict[str, Record] = {}
        """For each removed run, what is shown if it goes on."""

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, run: str) -> Record:
        return self._records[run]

    def __contains__(self, run: str) -> bool:
        return run in self._records

    @property
    def removed(self) -> tuple[Record, ...]:
        """What `restore` would bring back."""
        return tuple(self._removed.values())

    def begin(self, record: Record, place: float = math.inf) -> None:
        """Adds the record of a run: a new one behind all others, an earlier one at its place among them."""
        self._records[record.run] = record
        self._begun.setdefault(record.run, (place, len(self._begun)))
        self._sort(self._records)

    def take(self, events: Iterable[Event]) -> None:
        """Adds each event to the record of its run. A removed or unknown run gets a new record."""
        for run, told in groupby(events, attrgetter("run")):
            if run not in self._records:
                self._removed.pop(run, None)
                self.begin(self._emptied.pop(run) if run in self._emptied else Record(run))
            self._records[run].take(tuple(told))

    def remove(self, runs: Iterable[str]) -> None:
        """Removes the records of those of these runs that have ended; `restore` brings them back."""
        ended = [run for run in runs if run in self._records and self._records[run].ended is not None]
        if not ended:
            return
        self._removed = {run: self._records.pop(run) for run in ended}
        self._emptied |= {run: record.emptied() for run, record in self._removed.items()}

    def forget(self, runs: Iterable[str]) -> None:
        """Removes the records of these runs, and what was removed before, for good."""
        for run in runs:
            self._records.pop(run, None)
        self._removed, self._emptied = {}, {}

    def clear(self) -> None:
        """Removes the records of all runs that have ended."""
        self.remove(tuple(self._records))

    def restore(self) -> None:
        """Brings back what was removed last, each run in its old place."""
        self._sort(self._records | self._removed)
        for run in self._removed:
            del self._emptied[run]
        self._removed = {}

    def _sort(self, records: dict[str, Record]) -> None:
        self._records = {run: records[run] for run in sorted(records, key=self._begun.__getitem__)}


def _broken(event: Stepped | Validated) -> bool:
    return not all(math.isfinite(event.values.get(name, 0.0)) for name in _FINITE)
