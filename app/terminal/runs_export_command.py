"""`backbone runs export`: what runs have measured, for TensorBoard and as a table."""

from __future__ import annotations

import io
import os
from pathlib import Path

from app.terminal.printing import print_lines
from networks.core.message import UserError, message
from networks.core.storage import replacing, why_not_written
from networks.runs.kept.event_export import export_events
from networks.runs.kept.folders import run_folders, runs_folder
from networks.runs.kept.reading import Reading, is_run
from networks.runs.table import TableOfSteps


def export(runs: Path, tensorboard: Path | None, csv: Path | None) -> int:
    """Writes one run or all of a project; gives the exit code. Raises UserError where that fails."""
    folders = [runs] if is_run(runs) else _all(runs)
    if tensorboard is not None:
        for folder in folders:
            export_events(folder, tensorboard / folder.absolute().name)
        print_lines(f"“{tensorboard}” holds {_count(folders)}: tensorboard --logdir {tensorboard}")
    if csv is not None:
        _write_table(csv, folders)
        print_lines(f"“{csv}” holds {_count(folders)}.")
    return 0


def _write_table(path: Path, folders: list[Path]) -> None:
    """All steps of these runs, a row each, whole or not at all. Raises UserError."""
    try:
        with replacing(Path(os.path.realpath(path))) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            table = TableOfSteps(text, several=len(folders) > 1)
            for folder in folders:
                run = Reading(folder)
                table.begin_run(run.kept.record.title)
                for events in run.told():
                    table.take(events)
            table.end_row()
            text.detach()
    except OSError as error:
        raise UserError(
            message("“{path}” was not saved: {reason}.", path=os.fspath(path), reason=why_not_written(error))
        ) from error


def _all(project: Path) -> list[Path]:
    parent = project if os.path.isdir(project) else runs_folder(project)
    folders = [folder for folder in run_folders(parent) if is_run(folder)]
    if not folders:
        raise UserError(message("There are no runs in “{path}”.", path=str(parent)))
    return folders


def _count(folders: list[Path]) -> str:
    return "1 run" if len(folders) == 1 else f"{len(folders)} runs"
