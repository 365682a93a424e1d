"""`backbone resume`: goes on with a run from its folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.version import version
from app.terminal.data_command import bring
from app.terminal.driving import Signals, Telling, drive, ended
from app.terminal.out_folder import Out
from app.terminal.progress import progress_for
from app.terminal.together import in_turn, joined, note, silent, together
from networks.core.message import UserError, message
from networks.project.kept_project import project_of
from networks.project.project import Project, project_from_json, project_to_json
from networks.runs.failure import explain
from networks.runs.kept.environment import approximately
from networks.runs.kept.reading import is_run, read_run
from networks.runs.record import MANY, Record

if TYPE_CHECKING:
    from networks.training.distributed.ranks import Ranks
    from networks.training.keeping.resuming import Resumed


def resume(folder: Path, epochs: int | None) -> int:
    """Goes on with the run in a folder: to its end, or for this many more epochs.

    Gives an exit code as `train` does. Raises UserError where it cannot go on.
    """
    return together(lambda ranks: _resume(folder, epochs, ranks))


def _resume(folder: Path, epochs: int | None, ranks: Ranks | None) -> int:
    if not silent(ranks) and not is_run(folder):
        raise UserError(message("“{path}” is not the folder of a run.", path=str(folder)))
    if ranks is None:
        bring(project_of(folder).recipe.data.dataset)
        return go_on(folder, epochs)
    project = _told_project(folder, ranks)
    with in_turn(ranks):
        bring(project.recipe.data.dataset)
    _, connected = joined(project, ranks)
    return go_on(folder, epochs, connected, ranks.launch.id)


def go_on(
    folder: Path,
    epochs: int | None = None,
    ranks: Ranks | None = None,
    launch: str = "",
    out: Out | None = None,
) -> int:
    """Goes on with the run in a folder, whose data are at hand; several processes are connected.

    What `--out` has named gets the whole run, also what was trained before.
    """
    with Signals() as signals:
        run, recorder, differs, passed_over = _reopened(folder, ranks, launch)
        if ranks is not None:
            ranks.agree(images=run.data_checksum())
        for reason in passed_over:
            note(f"Note: {reason}", ranks)
        if differs:
            note(f"Note: {approximately(differs)}", ranks)
        if silent(ranks):
            record = Record(run.id, epochs=run.target_epochs, most=MANY)
        else:
            record = read_run(folder, run.id, until=run.step, most=MANY).record
        if epochs is not None:
            record.progress.epochs = run.step // run.steps_per_epoch + epochs
        progress = progress_for(sys.stderr, record, silent=silent(ranks))
        if out is None:
            ending = drive(run, Telling(record, recorder, progress), signals, epochs)
        else:
            with out.of(run, folder) as table:
                ending = drive(run, Telling(record, recorder, progress, table), signals, epochs)
    return ended(run, ending, record, None if out is None else out.folder, recorder, signals)


def _told_project(folder: Path, ranks: Ranks) -> Project:
    """The project of a run, of which only the first of several processes needs to have the folder."""
    text = project_to_json(project_of(folder)).decode() if ranks.first else ""
    return project_from_json(ranks.hear(text).encode())


def _reopened(folder: Path, ranks: Ranks | None, launch: str) -> Resumed:
    """The run. Raises a UserError without a traceback, so that the tensors made so far can be freed."""
    from networks.training.keeping.resuming import resumed

    reason = None
    try:
        return resumed(folder, version=version(), ranks=ranks, launch=launch)
    except (RuntimeError, MemoryError) as error:
        reason = explain(error).message
    raise UserError(reason)
