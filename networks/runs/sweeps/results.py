"""What has come of a sweep: a table of its runs, a map of its two settings, and which values are best."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, UserError, message
from networks.runs.kept.reading import read_briefly
from networks.runs.measures import MEASURE, VALIDATION_ACCURACY, Measure
from networks.runs.record import Record
from networks.runs.sweeps.queue import Cell, Queue, State
from networks.runs.twins.comparison import Side
from networks.runs.twins.spread import Spread, spread
from networks.runs.twins.student import quantile
from networks.runs.verdict import no_better_than_guessing

LEFT: tuple[State, ...] = ("waiting", "begun", "running")
ENDED: tuple[State, ...] = ("done", "failed")
UNSURE = 0.05
"""The probability with which a best one is named that is none."""


class SweptRun(msgspec.Struct, frozen=True, eq=False):
    """A run of a sweep: its number, its values in words, and what has come of it so far.

    `value` is the measure of the kept weights, None where the run has not come to its end. `seconds` is what
    its epochs took, as far as they were made.
    """

    number: int
    cell: Cell
    values: tuple[str, ...]
    state: State
    run: Path | None
    epochs: tuple[float, int]
    value: float | None
    seconds: float
    guesses: bool = False
    """Whether what has come of it is no better than guessing."""


class Results(msgspec.Struct, frozen=True, eq=False):
    """All runs of a sweep, in the order in which they are taken."""

    queue: Queue
    measure: Measure
    rows: tuple[SweptRun, ...]
    grain: float = 0.0
    """How finely the measure is known: a share of N images in steps of 1/N."""

    def of_values(self) -> dict[tuple[int, ...], dict[int, float]]:
        """For each combination of values what came of it, by the seed."""
        found: dict[tuple[int, ...], dict[int, float]] = {}
        for row in self.rows:
            if row.value is not None and math.isfinite(row.value):
                found.setdefault(row.cell.at, {})[row.cell.seed] = row.value
        return found

    def means(self) -> NDArray[np.float64]:
        """The mean over the seeds at each combination, an axis for each setting; NaN where there is none."""
        found = np.full([len(axis.values) for axis in self.queue.plan.axes], np.nan)
        for at, values in self.of_values().items():
            found[at] = math.fsum(values.values()) / len(values)
        return found

    def ranked(self) -> list[tuple[tuple[int, ...], Spread]]:
        """The combinations that have come to their end, the best first."""
        lower = self.measure.quantity.better == "lower"
        found = [(at, spread([*values.values()], self.grain)) for at, values in self.of_values().items()]
        return sorted(found, key=lambda each: each[1].mean if lower else -each[1].mean)

    @property
    def best(self) -> tuple[int, ...] | None:
        """The combination that ranks first; None where none has come to its end, or none has learned."""
        ranked = self.ranked()
        return ranked[0][0] if ranked and self.learned else None

    @property
    def learned(self) -> bool:
        """Whether any run that has come to its end is better than guessing."""
        return any(row.value is not None and not row.guesses for row in self.rows)

    @property
    def left(self) -> int:
        """How many runs have not come to an end."""
        return sum(row.state in LEFT for row in self.rows)

    @property
    def seconds_left(self) -> float | None:
        """How long one process takes for the rest, by what an epoch took so far; None before the first."""
        told = [(row.seconds, row.epochs[0]) for row in self.rows if row.seconds and row.epochs[0] >= 1]
        if not told:
            return None
        each = math.fsum(seconds for seconds, _ in told) / math.fsum(math.floor(epochs) for _, epochs in told)
        planned = max(row.epochs[1] for row in self.rows)
        return math.fsum(
            max(0.0, (row.epochs[1] or planned) - row.epochs[0]) * each
            for row in self.rows
            if row.state in LEFT
        )

    def words(self, at: Sequence[int]) -> str:
        """A combination of values, as in `Learning rate 0.01, Filters 8`."""
        axes = self.queue.plan.axes
        return ", ".join(f"{axis.title} {axis.values[place]}" for axis, place in zip(axes, at, strict=True))

    def conclusion(self) -> Message:
        """Which values are best, as far as the spread over the seeds allows to say so."""
        ranked = self.ranked()
        if not self.learned and any(row.value is not None for row in self.rows):
            return self._none_learned()
        if not ranked:
            return message("No run has come to its end.")
        (best, found), others = ranked[0], ranked[1:]
        figure = self.measure.quantity.figure(found.mean)
        if found.seeds < 2:
            return message(
                "Ranked first: {values}, {measure} {figure}. One seed does not tell whether that is luck.",
                values=self.words(best),
                measure=self.measure.name,
                figure=figure,
            )
        rivals = [at for at, _ in others if not self._beats(best, at, len(others))]
        if not rivals:
            return message(
                "Best: {values}, {measure} {figure} on average over {seeds} seeds. Its lead over each of the "
                "others is larger than chance explains (95 %).",
                values=self.words(best),
                measure=self.measure.name,
                figure=figure,
                seeds=found.seeds,
            )
        return message(
            "Ranked first over {seeds} seeds: {values}, {measure} {figure}. The spread does not tell it from "
            "{rival}.",
            seeds=found.seeds,
            values=self.words(best),
            measure=self.measure.name,
            figure=figure,
            rival=self.words(rivals[0]),
        )

    def _none_learned(self) -> Message:
        """No order among runs that guess: it would be one of chance."""
        if self.left:
            return message(
                "None of them has learned so far: all that have ended are no better than guessing."
            )
        return message(
            "None of them has learned: all are no better than guessing, so none is ranked first. Try other "
            "values, or train for longer."
        )

    def _beats(self, best: tuple[int, ...], other: tuple[int, ...], rivals: int) -> bool:
        """Whether the paired differences over the seeds tell one from the other.

        The best one was chosen by looking, so each of its rivals has its share of what may go wrong
        (Bonferroni 1936).
        """
        values = self.of_values()
        seeds = values[best].keys() & values[other].keys()
        if len(seeds) < 2:
            return False
        found = spread([values[best][seed] - values[other][seed] for seed in sorted(seeds)], self.grain)
        sure = quantile(1 - UNSURE / 2 / rivals, found.seeds - 1)
        return abs(found.mean) > sure * found.deviation / math.sqrt(found.seeds)


def results(queue: Queue, known: Results | None = None) -> Results:
    """Reads what has come of a sweep so far. A run that cannot be read has no value.

    Of what is `known` from an earlier reading, runs that have come to their end are not read again.
    """
    plan = queue.plan
    measure = MEASURE.get(plan.measure, VALIDATION_ACCURACY)
    side = Side(message(""), (), plan.keep)
    rows, images = [], 0 if known is None or not known.grain else round(1 / known.grain)
    ended = {} if known is None else {row.number: row for row in known.rows if row.state in ENDED}
    for number in queue.numbers():
        cell, state, run = queue.cell(number), queue.state(number), queue.run(number)
        if (row := ended.get(number)) is not None and (row.state, row.run) == (state, run):
            rows.append(row)
            continue
        record = _record(run)
        words = tuple(axis.values[at] for axis, at in zip(plan.axes, cell.at, strict=True))
        if record is None:
            rows.append(SweptRun(number, cell, words, state, run, (0.0, 0), None, 0.0))
            continue
        images = max(images, record.judged_images)
        took, epoch = record.progress.seconds_per_epoch or 0.0, float(record.last_epoch)
        value = side.outcome(record, measure)
        epochs = (epoch, record.progress.epochs)
        guesses = value is not None and no_better_than_guessing(record, measure, value)
        seconds = took * math.floor(epoch)
        rows.append(SweptRun(number, cell, words, state, run, epochs, value, seconds, guesses))
    shares = measure.quantity.format == "percent"
    return Results(queue, measure, tuple(rows), 1 / images if images and shares else 0.0)


def table(found: Results) -> list[tuple[str, ...]]:
    """A line of cells for each run, below their titles."""
    axes = found.queue.plan.axes
    titles = ("", *(axis.title for axis in axes), "seed", "state", "epochs", found.measure.name, "run")
    lines = [titles]
    for row in found.rows:
        figure = found.measure.quantity.figure(row.value)
        epochs = f"{row.epochs[0]:.4g}/{row.epochs[1]}" if row.epochs[1] else "–"
        name = "–" if row.run is None else row.run.name
        lines.append((str(row.number), *row.values, str(row.cell.seed), row.state, epochs, figure, name))
    return lines


def csv_text(found: Results) -> str:
    """The same as CSV, with all digits of the measure; empty where there is none yet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    axes = found.queue.plan.axes
    writer.writerow(
        ["number", *(axis.path for axis in axes), "seed", "state", "epochs", found.measure.name, "run"]
    )
    for row in found.rows:
        value = "" if row.value is None else repr(row.value)
        name = "" if row.run is None else row.run.name
        writer.writerow(
            [row.number, *row.values, row.cell.seed, row.state, f"{row.epochs[0]:.6g}", value, name]
        )
    return text.getvalue()


def _record(run: Path | None) -> Record | None:
    if run is None:
        return None
    try:
        return read_briefly(run).record
    except UserError:
        return None
