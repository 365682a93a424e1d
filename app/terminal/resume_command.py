"""`backbone resume`: goes on with a run from its folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.version import version
from app.terminal.data_command import bring
from app.terminal.driving import Signals, Telling, drive, ended
from app.terminal.printing import print_lines
from app.terminal.progress import progress_for
from networks.core.message import UserError, message
from networks.project.kept_project import project_of
from networks.runs.failure import explain
from networks.runs.kept.environment import approximately
from networks.runs.kept.reading import is_run, read_run

if TYPE_CHECKING:
    from networks.training.resuming import Resumed


def resume(folder: Path, epochs: int | None) -> int:
    """Goes on with the run in a folder: to its end, or for so many more epochs.

    Gives an exit code as `train` does. Raises UserError where it cannot go on.
    """
    with Signals() as signals:
        run, recorder, differs, passed_over = _reopened(folder)
        for reason in passed_over:
            print_lines(f"Note: {reason}", sys.stderr)
        if differs:
            print_lines(f"Note: {approximately(differs)}", sys.stderr)
        record = read_run(folder, run.id, until=run.step).record
        telling = Telling(record, recorder, progress_for(sys.stderr, record))
        ending = drive(run, telling, signals, epochs)
    return ended(run, ending, record, [folder], signals)


def _reopened(folder: Path) -> Resumed:
    """The run. Raises a UserError without a traceback, so that the tensors made so far can be freed."""
    from networks.training.resuming import resumed

    if not is_run(folder):
        raise UserError(message("“{path}” is not the folder of a run.", path=str(folder)))
    bring(project_of(folder).recipe.data.dataset)
    reason = None
    try:
        return resumed(folder, version=version())
    except (RuntimeError, MemoryError) as error:
        reason = explain(error).message
    raise UserError(reason)
