"""The training script of a run that was kept: it repeats the run, with all that was changed on the way."""

from __future__ import annotations

from pathlib import Path

from networks.exporting.script import save_training_script
from networks.project.kept_project import course_of
from networks.project.project import read_project
from networks.runs.kept.files import PROJECT
from networks.runs.kept.reading import read_run
from networks.training.keeping.resuming import start_weights


def save_run_script(folder: Path, path: Path, title: str = "") -> Path:
    """Writes a script that repeats the run in a folder, and its images beside it; returns their path.

    Raises UserError as `save_training_script` does, and where the folder holds no run that can be read.
    """
    project = read_project(folder / PROJECT)
    course = course_of(read_run(folder).record, project)
    return save_training_script(project, path, title, course, start_weights(folder))
