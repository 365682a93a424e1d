"""What a new run of a project is called, after the runs of the project that are kept already."""

from __future__ import annotations

from pathlib import Path

from networks.core.message import Message, UserError, message
from networks.project.difference import run_name
from networks.project.project import Project, read_project
from networks.runs.kept.files import PROJECT
from networks.runs.kept.folders import run_folders
from networks.runs.kept.reading import is_run

OWN = message("Own network")


def run_title(project: Project, runs: Path) -> tuple[Message, Message]:
    """The long and the short name: the network's, and what was changed since the newest run in a folder."""
    before = newest_project(runs)
    called, changes = run_name(project, before, None if before is None else run_name(before)[0])
    network = OWN if called is None else message(called)
    return message("{network} · {change}", network=network, change=changes), changes


def newest_project(runs: Path) -> Project | None:
    """What the newest run in a folder of runs trains; None where there is none, or none that can be read."""
    for folder in reversed(run_folders(runs)):
        if is_run(folder):
            try:
                return read_project(folder / PROJECT)
            except UserError:
                return None
    return None
