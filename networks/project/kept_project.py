"""What a kept run trained, and how it went on: what repeating it needs, but for its first weights."""

from __future__ import annotations

import math
from pathlib import Path

from msgspec.structs import replace

from networks.core.decoding import typed
from networks.core.message import UserError, message
from networks.project.project import Project, read_project
from networks.recipes.recipe import with_settings
from networks.recipes.steering import Change, Course, with_change
from networks.runs.kept.files import PROJECT
from networks.runs.kept.legs import first_leg
from networks.runs.record import Record


def project_of(folder: Path) -> Project:
    """What a run trains, with as many threads as it began with. Raises UserError."""
    project = read_project(folder / PROJECT)
    leg = first_leg(folder)
    threads = leg.environment.threads if leg is not None else 0
    if project.recipe.machine.threads or not 0 < threads <= 1024:
        return project
    return replace(project, recipe=with_settings(project.recipe, threads=threads))


def course_of(record: Record, project: Project) -> Course:
    """How a run of this project went on, by its record. Raises UserError where its changes are none."""
    recipe = project.recipe
    try:
        told = [{"step": each.step, "path": each.path, "value": each.value} for each in record.changes]
        changes = typed(told, tuple[Change, ...])
        for change in changes:
            recipe = with_change(recipe, change.path, change.value)
    except ValueError as error:
        raise UserError(
            message("What was changed in this run was not read: {reason}.", reason=str(error))
        ) from error
    return Course(max(1, math.ceil(record.last_epoch)), changes)
