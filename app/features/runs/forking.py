"""Reads what a run that forks begins with: the project that was trained, and its weights at a moment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.background.job import Task
from networks.core.after_step import AfterStep
from networks.project.kept_project import project_of
from networks.project.project import Project

if TYPE_CHECKING:
    from torch import Tensor


def read_fork(folder: Path, moment: AfterStep, _: Task) -> tuple[Project, dict[str, Tensor]]:
    """What the run in a folder trained, and its weights at this moment. Raises UserError."""
    # imported late: torch takes a second
    from networks.training.keeping.moments import read_moment

    return project_of(folder), read_moment(folder, moment.step, averaged=moment.averaged)
