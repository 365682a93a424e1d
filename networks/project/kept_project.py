"""What a kept run trained, and how it went on: what repeating it needs, but for its first weights."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from networks.core.decoding import typed
from networks.core.message import Message, UserError, message, visible
from networks.project.project import Project, read_project
from networks.recipes.recipe import with_settings
from networks.recipes.steering import Change, Course, with_change
from networks.runs.kept.files import PROJECT
from networks.runs.kept.legs import first_leg
from networks.runs.kept.reading import KeptRun, is_run, read_run
from networks.runs.record import Record


def project_of(folder: Path) -> Project:
    """What a run trains, with as many threads as it began with. Raises UserError."""
    project = read_project(folder / PROJECT)
    leg = first_leg(folder)
    threads = leg.environment.threads if leg is not None else 0
    if project.recipe.machine.threads or not 0 < threads <= 1024:
        return project
    return replace(project, recipe=with_settings(project.recipe, threads=threads))


class Repeatable(NamedTuple):
    """A kept run with all that training it again needs, and what that will be called."""

    kept: KeptRun
    project: Project
    course: Course
    title: Message
    short: Message


def repeatable(folder: Path) -> Repeatable:
    """Reads a run that is to be trained again. Raises UserError where it cannot be, or still goes on."""
    if not is_run(folder):
        raise UserError(message("“{path}” is not the folder of a run.", path=os.fspath(folder)))
    kept = read_run(folder)
    if kept.state == "running":
        raise UserError(
            message("“{path}” is still being trained: repeat it when it has ended.", path=os.fspath(folder))
        )
    if not kept.record.measured:
        raise UserError(
            message("“{path}” has measured nothing that could be compared.", path=os.fspath(folder))
        )
    project = project_of(folder)
    title, short = (
        message("{title}, again", title=visible(name, 60)) for name in (kept.record.title, kept.record.short)
    )
    return Repeatable(kept, project, course_of(kept.record, project), title, short)


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
