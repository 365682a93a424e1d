"""In what two runs differ and what came of them, in words: for the window and the command line alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from networks.core.message import Message, message, plural
from networks.project.difference import difference
from networks.project.project import Project
from networks.runs.gap import Gap, gap
from networks.runs.kept.environment import Environment, environment_changes
from networks.runs.measures import LOSS, MEASURES, TRAINING_ACCURACY, TRAINING_LOSS, Measure
from networks.runs.record import Record
from networks.runs.sameness import Common, common
from networks.runs.verdict import best_index, verdict

_OF_IMAGES = TRAINING_LOSS, TRAINING_ACCURACY
"""What is measured for the images of a single batch in each step."""


class Compared(NamedTuple):
    """One of the two runs; where it was trained is None where that is not known."""

    record: Record
    project: Project
    environment: Environment | None = None


class Figures(NamedTuple):
    """A line of the table: what was measured, and what it was in each run."""

    name: Message
    one: str
    other: str


class SideBySide(msgspec.Struct, frozen=True):
    """What differs, the network first; then the figures, and whether all numbers are the same."""

    changes: tuple[Message, ...]
    figures: tuple[Figures, ...]
    sameness: Message


def compare_runs(one: Compared, other: Compared, whole: Common | None = None) -> SideBySide:
    """Compares two runs, of which `one` is the earlier or the plain one.

    `whole` is what came of comparing all steps, where these are not all in the records.
    """
    changes = [*difference(one.project, other.project)]
    if one.environment is not None and other.environment is not None:
        changes += environment_changes(one.environment, other.environment)
    return SideBySide(
        tuple(changes), tuple(_figures(one.record, other.record)), _sameness(one.record, other.record, whole)
    )


def _figures(one: Record, other: Record) -> Iterator[Figures]:
    """The best value of what has one, and the last one of everything."""
    yield Figures(message("state"), str(verdict(one).word), str(verdict(other).word))
    yield Figures(message("epochs"), f"{one.last_epoch:.4g}", f"{other.last_epoch:.4g}")
    for measure in MEASURES:
        if any(measure.name in record.series(measure) for record in (one, other)):
            figure, name = measure.quantity.figure, message(measure.name)
            if measure.each == "epoch":
                yield Figures(
                    message("best {measure}", measure=name),
                    figure(_best(one, measure)),
                    figure(_best(other, measure)),
                )
            if measure in _OF_IMAGES:
                yield Figures(
                    message("{measure}, last epoch", measure=name),
                    figure(_of_epoch(one, measure)),
                    figure(_of_epoch(other, measure)),
                )
            else:
                yield Figures(
                    message("last {measure}", measure=name),
                    figure(one.value(measure)),
                    figure(other.value(measure)),
                )
    gaps = gap(one), gap(other)
    yield Figures(message("gap in loss, last epoch"), *(_signed(found) for found in gaps))


def _of_epoch(record: Record, measure: Measure) -> float | None:
    """Over the last epoch that was judged: the last batch alone holds a few images."""
    newest = len(record.validations) - 1
    return record.mean_of_epoch(measure, newest) if newest >= 0 else None


def _signed(found: Gap | None) -> str:
    return LOSS.figure(None) if found is None else f"{found.loss:+.4g}".replace("-", "−")


def _best(record: Record, measure: Measure) -> float | None:
    return record.validations.value(measure.name, best_index(record, measure))


def _sameness(one: Record, other: Record, whole: Common | None) -> Message:
    """Whether both runs told the same numbers, and if not, which one differs first."""
    count, _, found = whole or common(one, other)
    if not count:
        return message("There is no step that both have made.")
    if whole is None and (one.thinned or other.thinned):
        sentence = found.sentence() if found is not None else message("None of them differs.")
        return message(
            "Of so long a run not all steps are in memory, and {count} were compared; “backbone compare” "
            "compares all. {sentence}",
            count=count,
            sentence=sentence,
        )
    if found is not None:
        return found.sentence()
    return plural(
        "All numbers of the first step are the same, to the last bit.",
        "All numbers of the first {count} steps are the same, to the last bit.",
        count=count,
    )
