"""`backbone runs export`: what runs have measured, for TensorBoard and as a table."""

from __future__ import annotations

import os
from pathlib import Path

from app.terminal.printing import print_lines
from networks.core.message import UserError, message
from networks.core.storage import write_atomically
from networks.runs.kept.event_export import export_events
from networks.runs.kept.folders import run_folders, runs_folder
from networks.runs.kept.reading import is_run, read_run
from networks.runs.table import csv_text


def export(runs: Path, tensorboard: Path | None, csv: Path | None) -> int:
    """Writes one run or all of a project; gives the exit code. Raises UserError where that fails."""
    folders = [runs] if is_run(runs) else _all(runs)
    if tensorboard is not None:
        for folder in folders:
            export_events(folder, tensorboard / folder.absolute().name)
        print_lines(f"“{tensorboard}” holds {_count(folders)}: tensorboard --logdir {tensorboard}")
    if csv is not None:
        write_atomically(csv, csv_text([read_run(folder).record for folder in folders]).encode())
        print_lines(f"“{csv}” holds {_count(folders)}.")
    return 0


def _all(project: Path) -> list[Path]:
    parent = project if os.path.isdir(project) else runs_folder(project)
    folders = [folder for folder in run_folders(parent) if is_run(folder)]
    if not folders:
        raise UserError(message("There are no runs in “{path}”.", path=str(parent)))
    return folders


def _count(folders: list[Path]) -> str:
    return "1 run" if len(folders) == 1 else f"{len(folders)} runs"
