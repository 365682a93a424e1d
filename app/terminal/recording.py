"""Runs of the command line are kept as those of the window are: one recorder, one kind of folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.version import version
from app.terminal.printing import print_lines
from networks.core.message import UserError
from networks.project.project import Project
from networks.project.run_titles import run_title

if TYPE_CHECKING:
    from networks.training.engine.run import Run
    from networks.training.keeping.recorder import Recorder


def recorder_for(
    run: Run, project: Project, runs: Path, launch: str = "", *, tensorboard: bool = False
) -> Recorder | None:
    """A recorder for a run that begins, in the folder of the project's runs; None where none can be made.

    `project` is the run's as it is to be written. Training goes on without a folder, and says so. `launch`
    names the start of torchrun, where that started the process.
    """
    from networks.training.keeping.recorder import Named, begun

    title, short = run_title(project, runs)
    named = Named(str(title), str(short))
    try:
        return begun(
            run,
            runs,
            named,
            project=project,
            version=version(),
            launch=launch,
            tensorboard=tensorboard,
        )
    except UserError as error:
        print_lines(f"Note: {error.reason} The run is not kept.", sys.stderr)
        return None
