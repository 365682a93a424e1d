"""Trains a kept run anew: the same project, seed, threads and changes, to the same end."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from networks.recipes.steering import Course
from networks.runs.events import Event, Failed, Finished, Stepped, Validated
from networks.runs.record import Record
from networks.training.engine.run import Run


class Until(NamedTuple):
    """Where a run ends that was cut off: with a step, or with the validation that follows it."""

    step: int
    judged: bool


def end_of_record(record: Record) -> Until | None:
    """Where a run of this record has been cut off; None where it came to an end of its own."""
    ended = record.ended
    if isinstance(ended, Finished) and ended.reason in ("finished", "diverged"):
        return None
    step = int(record.steps.step[-1]) if len(record.steps) else 0
    judged = len(record.validations) > 0 and int(record.validations.step[-1]) == step
    return Until(step, judged)


def trained_again(run: Run, course: Course, until: Until | None) -> Generator[Event, None, None]:
    """Trains through the same steps as the run that had this course, and ends where that did.

    It may be closed to stop, as `Run.train`; whoever closes it asks `Run.stopped` for the last events.
    """
    events = run.train(course.epochs, repeating=True)
    try:
        for event in events:
            yield event
            if isinstance(event, Finished | Failed):
                return
            if until is not None and _reached(event, until):
                break
    finally:
        events.close()
    yield from run.stopped()


def _reached(event: Event, until: Until) -> bool:
    if until.judged:
        return isinstance(event, Validated) and event.step >= until.step
    return isinstance(event, Stepped) and event.step >= until.step
