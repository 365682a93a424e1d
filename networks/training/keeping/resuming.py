"""Goes on with a run from its folder: exactly, or with words for what is not as it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from networks.core.decoding import decoded
from networks.core.message import Message, UserError, message
from networks.project.exactness import inexact
from networks.project.kept_project import project_of
from networks.project.project import Project
from networks.recipes.steering import Course, with_change
from networks.runs.kept.environment import environment_changes
from networks.runs.kept.files import START_WEIGHTS, Header, header_of
from networks.runs.kept.legs import first_leg, state_of
from networks.training.distributed.ranks import Ranks
from networks.training.engine.run import Run
from networks.training.engine.state import SavedState
from networks.training.keeping.checkpoint import checkpoints, read_checkpoint
from networks.training.keeping.machine import environment
from networks.training.keeping.recorder import Recorder, gone_on
from networks.training.keeping.tensor_file import read_tensors


class Resumed(NamedTuple):
    """A run as it was at its last checkpoint, with the recorder of its next leg.

    Of several processes that go on with it together, only the first one has the recorder.
    `differs` says in what this machine differs from that of the first leg, and what is not the same each time
    it is computed there; empty where every later number is the one that a run without an interruption would
    have. `passed_over` says which checkpoints could not be read.
    """

    run: Run
    recorder: Recorder | None
    differs: tuple[Message, ...]
    passed_over: tuple[Message, ...]


def resumed(
    folder: Path, id: str = "run", version: str = "", ranks: Ranks | None = None, launch: str = ""
) -> Resumed:
    """Goes on with the run in a folder, from its newest checkpoint that is whole, else from the beginning.

    Of several `ranks` only the first looks into the folder, and the others have from it what lies there.
    `launch` names the start of torchrun, where that started the process.

    Raises UserError where another program trains it or something of it cannot be read, and whatever torch
    raises where it does not fit into memory.
    """
    if ranks is not None and not ranks.first:
        return Resumed(_told(ranks, id), None, (), ())
    try:
        if state_of(folder) == "running":
            raise UserError(message("“{path}” is being trained by another program.", path=os.fspath(folder)))
        header, project = header_of(folder), project_of(folder)
        run, passed_over = _restored(folder, header, project, id, ranks)
    except UserError as error:
        if ranks is not None:
            ranks.of_first(error.reason)
        raise
    if ranks is not None:
        ranks.of_first((project, _course(header, project), run.save()))
    here = environment(run, version)
    first = first_leg(folder)
    changed = () if first is None else environment_changes(first.environment, here)
    differs = (*changed, *inexact(project))
    recorder = gone_on(run, folder, here, tuple(map(str, differs)), launch)
    return Resumed(run, recorder, differs, passed_over)


def _told(ranks: Ranks, id: str) -> Run:
    """The run that the first of several processes goes on with, as that tells of it."""
    told: Message | tuple[Project, Course | None, SavedState] | None = ranks.of_first(None)
    assert told is not None
    if isinstance(told, Message):
        raise UserError(told)
    project, course, saved = told
    run = Run(project, id, () if course is None else course.changes, ranks=ranks)
    run.restore(saved)
    return run


def _restored(
    folder: Path, header: Header, project: Project, id: str, ranks: Ranks | None
) -> tuple[Run, tuple[Message, ...]]:
    passed_over = []
    course = _course(header, project)
    changes = () if course is None else course.changes
    for path in checkpoints(folder):
        try:
            saved = read_checkpoint(path)
        except UserError as error:
            passed_over.append(error.reason)
            continue
        run = Run(project, id, changes, ranks=ranks)
        try:
            run.restore(saved)
            run.first_weights = start_weights(folder)
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError, AttributeError):
            passed_over.append(
                message("“{path}” was passed over: it is not of this run.", path=os.fspath(path))
            )
            continue
        return run, tuple(passed_over)
    run = Run(project, id, changes, start_weights(folder), ranks)
    run.target_epochs = max(1, header.epochs)
    run.state.repeating = course is not None
    return run, tuple(passed_over)


def _course(header: Header, project: Project) -> Course | None:
    """That of the run that this one repeats; None where it repeats none. Raises UserError."""
    try:
        course = decoded(header.course, Course | None)
        for change in () if course is None else course.changes:
            with_change(project.recipe, change.path, change.value)
    except ValueError as error:
        raise UserError(
            message("The changes that this run repeats were not read: {reason}.", reason=str(error))
        ) from error
    return course


def start_weights(folder: Path) -> dict[str, Tensor] | None:
    """The weights that the run began with; None where they were drawn or fetched. Raises UserError."""
    path = folder / START_WEIGHTS
    if not os.path.exists(path):
        return None
    return read_tensors(path)
