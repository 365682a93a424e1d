"""`backbone repeat`: trains a kept run again exactly, and says whether every number came out the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.version import version
from app.terminal.data_command import bring
from app.terminal.driving import Signals, Telling, drive
from app.terminal.printing import print_lines
from app.terminal.progress import progress_for
from networks.core.message import UserError, message
from networks.project.exactness import approximately_again, inexact
from networks.project.kept_project import Repeatable, repeatable
from networks.runs.events import Failed
from networks.runs.failure import explain
from networks.runs.kept.repetition import sameness
from networks.runs.record import MANY, Record

if TYPE_CHECKING:
    from networks.training.engine.run import Run
    from networks.training.keeping.recorder import Recorder


def repeat(folder: Path) -> int:
    """Trains the run in a folder again, as a run of its own beside it, and compares all numbers and weights.

    Gives the exit code: 0 where all came out the same, 1 where something differs or it broke off, and 128 and
    the signal's number where a signal stopped it. Raises UserError where it cannot be repeated.
    """
    again = repeatable(folder)
    record, course = again.kept.record, again.course
    by_chance = inexact(again.project)
    bring(again.project.recipe.data.dataset)
    with Signals() as signals:
        run, recorder = _made(again)
        from networks.training.experiments.repeating import end_of_record, trained_again

        print_lines(f"Trains “{record.title}” again, in {recorder.folder}")
        if by_chance:
            print_lines(f"Note: {approximately_again(by_chance)}", sys.stderr)
        record_again = Record(run.id, epochs=course.epochs, most=MANY)
        telling = Telling(record_again, recorder, progress_for(sys.stderr))
        events = trained_again(run, course, end_of_record(record))
        ending = drive(run, telling, signals, events=events)
    if isinstance(ending, Failed) and not isinstance(record.ended, Failed):
        raise UserError(ending.message)
    came = sameness(folder, recorder.folder, by_chance)
    print_lines(str(came.sentence()))
    if signals.caught:
        return 128 + signals.caught
    return 0 if came.same else 1


def _made(again: Repeatable) -> tuple[Run, Recorder]:
    """The run. Raises a UserError without a traceback, so that the tensors made so far can be freed."""
    from networks.training.engine.run import Run
    from networks.training.keeping.recorder import Named, begun
    from networks.training.keeping.resuming import start_weights

    kept, project, course, title, short = again
    named = Named(str(title), str(short), kept.record.parent)
    reason = None
    try:
        weights = start_weights(kept.folder)
        run = Run(project, changes=course.changes, weights=weights)
        return run, begun(
            run,
            kept.folder.absolute().parent,
            named,
            version=version(),
            epochs=course.epochs,
            course=course,
            weights=weights,
        )
    except ValueError as error:
        reason = message("The weights that the run began with do not fit: {reason}.", reason=str(error))
    except (RuntimeError, MemoryError) as error:
        reason = explain(error).message
    raise UserError(reason)
