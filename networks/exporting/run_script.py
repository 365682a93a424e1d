"""The training script of a run that was kept: it repeats the run, with all that was changed on the way."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from networks.core.message import UserError, message
from networks.exporting.script import save_training_script
from networks.project.project import Project, read_project
from networks.recipes.steering import Change, Course, with_change
from networks.runs.kept.files import PROJECT
from networks.runs.kept.reading import read_run
from networks.runs.record import Record
from networks.training.resuming import start_weights


def save_run_script(folder: Path, path: Path, title: str = "") -> Path:
    """Writes a script that repeats the run in a folder, and its images beside it; returns their path.

    Raises UserError as `save_training_script` does, and where the folder holds no run that can be read.
    """
    project = read_project(folder / PROJECT)
    course = course_of(read_run(folder).record, project)
    return save_training_script(project, path, title, course, start_weights(folder))


def course_of(record: Record, project: Project) -> Course:
    """How a run of this project went on, by its record. Raises UserError where its changes are none."""
    recipe = project.recipe
    try:
        told = [{"step": each.step, "path": each.path, "value": each.value} for each in record.changes]
        changes = msgspec.convert(told, tuple[Change, ...])
        for change in changes:
            recipe = with_change(recipe, change.path, change.value)
    except ValueError as error:
        raise UserError(
            message("What was changed in this run was not read: {reason}.", reason=str(error))
        ) from error
    return Course(max(1, math.ceil(record.last_epoch)), changes)
