"""What a comparison has measured: the runs of each side, seed by seed, and what the pairs differ in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from networks.core.message import Message, message
from networks.runs.events import Finished
from networks.runs.kept.files import Header, Part
from networks.runs.measures import AVERAGED, MEASURE, VALIDATION_ACCURACY, Measure
from networks.runs.record import Record
from networks.runs.series import Floats
from networks.runs.twins.spread import SURE, Spread, spread
from networks.runs.twins.student import quantile

Weights = str
"""Which weights a side is judged by: "last", "best" or "averaged", as its recipe keeps them."""


class Trained(NamedTuple):
    """A run of a comparison, with its seed."""

    seed: int
    record: Record


class Side(msgspec.Struct, frozen=True, eq=False):
    """One of the projects that are compared, and its runs in the order in which they began."""

    words: Message
    """What is special about it, such as `Tanh → ReLU`."""
    runs: tuple[Trained, ...] = ()
    keep: Weights = "last"

    def outcome(self, record: Record, measure: Measure) -> float | None:
        """The value of a run's kept weights; None where it has not come to its end."""
        if not came_to_its_end(record):
            return None
        if self.keep == "best" and record.best is not None:
            return record.best.values.get(measure.name)
        name = AVERAGED + measure.name if self.keep == "averaged" else measure.name
        return record.value(MEASURE[name])


class Comparison(msgspec.Struct, frozen=True, eq=False):
    """Twins with the same seeds, or one project with several; `planned` is the number of seeds."""

    sides: tuple[Side, ...]
    planned: int = 1
    measure: Measure = VALIDATION_ACCURACY
    """By which the sides are compared."""

    @property
    def paired(self) -> bool:
        """Whether there are two sides, and not one project with several seeds."""
        return len(self.sides) > 1

    def outcomes(self) -> dict[int, tuple[float, ...]]:
        """For each seed with which all sides came to their end, the value of each side."""
        found = [
            {
                run.seed: value
                for run in side.runs
                if (value := side.outcome(run.record, self.measure)) is not None
            }
            for side in self.sides
        ]
        return {
            seed: tuple(side[seed] for side in found) for seed in found[0] if all(seed in s for s in found)
        }

    @property
    def settled(self) -> frozenset[int]:
        """The seeds that need no more training: all sides came to their end, or one broke off."""
        broken = (run.seed for side in self.sides for run in side.runs if broke(run.record))
        return frozenset([*self.outcomes(), *broken])

    @property
    def differences(self) -> Spread | None:
        """B − A over the seeds; None before the first pair."""
        values = [pair[1] - pair[0] for pair in self.outcomes().values()] if self.paired else []
        return spread(values, self.grain) if values else None

    def spread_of(self, side: int) -> Spread | None:
        """The values of one side over the seeds; None before the first."""
        values = [each[side] for each in self.outcomes().values()]
        return spread(values, self.grain) if values else None

    @property
    def grain(self) -> float:
        """How finely the measure is known: a share of N images in steps of 1/N."""
        images = self.images
        return 1 / images if images and self.measure.quantity.format == "percent" else 0.0

    @property
    def images(self) -> int:
        """How many validation images there are; 0 as long as it is unknown."""
        return max((run.record.judged_images for side in self.sides for run in side.runs), default=0)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes, by the time that an epoch of each side took; None before the first."""
        left = 0.0
        for side in self.sides:
            progress = [run.record.progress for run in side.runs]
            took = [each.seconds_per_epoch for each in progress if each.seconds_per_epoch is not None]
            if not took:
                return None
            going = sum(each.epochs - each.epoch for each in progress if each.ended is None)
            to_come = (self.planned - len(progress)) * progress[0].epochs
            left += (going + to_come) * math.fsum(took) / len(took)
        return left

    @property
    def epochs(self) -> float:
        """How many epochs the longest run is to train."""
        return max((run.record.progress.epochs for side in self.sides for run in side.runs), default=0)


class Band(NamedTuple):
    """A mean over seeds, epoch by epoch, and bounds around it, which are NaN where there is one seed."""

    epochs: Floats
    mean: Floats
    low: Floats
    high: Floats


def came_to_its_end(record: Record) -> bool:
    """Whether a run has ended as planned, or early by its own rules."""
    return isinstance(record.ended, Finished) and record.ended.reason == "finished"


def broke(record: Record) -> bool:
    """Whether a run has diverged or failed."""
    ended = record.ended
    return ended is not None and (not isinstance(ended, Finished) or ended.reason == "diverged")


def curve(record: Record, measure: Measure) -> Floats:
    """The values after each epoch, from the first on."""
    return record.validations.values(measure.name) if measure.name in record.validations else np.empty(0)


def deviation_band(records: Sequence[Record], measure: Measure) -> Band:
    """Mean ± one standard deviation, up to the epoch that all of these runs have reached."""
    epochs, values = _together([curve(record, measure) for record in records])
    reach = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(len(epochs), np.nan)
    mean = values.mean(axis=0) if len(values) else epochs
    return Band(epochs, mean, mean - reach, mean + reach)


def difference_band(pairs: Iterable[tuple[Record, Record]], measure: Measure, grain: float = 0.0) -> Band:
    """The mean difference B − A and its 95 % interval, up to the epoch that all have reached."""
    epochs, values = _together([difference(*pair, measure) for pair in pairs])
    if not len(values):
        return Band(epochs, epochs, epochs, epochs)
    # as `spread` has it for a single epoch
    mean, seeds = values.mean(axis=0), len(values)
    reach = np.full(len(epochs), np.nan)
    if seeds > 1:
        deviation = np.maximum(values.std(axis=0, ddof=1), grain / math.sqrt(6))
        reach = quantile((1 + SURE) / 2, seeds - 1) * deviation / math.sqrt(seeds)
    return Band(epochs, mean, mean - reach, mean + reach)


def difference(one: Record, other: Record, measure: Measure) -> Floats:
    """B − A after each epoch that both have reached."""
    ours, theirs = curve(one, measure), curve(other, measure)
    common = min(len(ours), len(theirs))
    found: Floats = theirs[:common] - ours[:common]
    return found


def comparisons(runs: Iterable[tuple[Header, Record]]) -> dict[str, Comparison]:
    """The comparisons of which these runs are parts, by their ids, in the order in which they began.

    Where a side was trained again with the same seed, the run that came to its end counts, or the last one.
    """
    counting: dict[tuple[str, str, int], tuple[Part, Trained]] = {}
    for header, record in runs:
        if (part := header.part) is not None:
            place = part.comparison, part.side, header.seed
            if place not in counting or not came_to_its_end(counting[place][1].record):
                counting[place] = part, Trained(header.seed, record)
    found: dict[str, dict[str, list[tuple[Part, Trained]]]] = {}
    for (comparison, side, _), run in counting.items():
        found.setdefault(comparison, {}).setdefault(side, []).append(run)
    return {name: _comparison(sides) for name, sides in found.items()}


def _comparison(sides: dict[str, list[tuple[Part, Trained]]]) -> Comparison:
    ordered = [sides[side] for side in sorted(sides)]
    first = ordered[0][0][0]
    return Comparison(
        tuple(
            Side(message("{words}", words=runs[0][0].words), tuple(run for _, run in runs), runs[0][0].keep)
            for runs in ordered
        ),
        first.seeds,
        MEASURE.get(first.measure, VALIDATION_ACCURACY),
    )


def _together(curves: list[Floats]) -> tuple[Floats, Floats]:
    """Epochs and values, a row for each curve, as far as all of them reach."""
    common = min(map(len, curves), default=0)
    rows = np.array([each[:common] for each in curves], np.float64)
    return np.arange(1.0, common + 1), rows.reshape(len(curves), common)
