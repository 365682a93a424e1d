"""`backbone runs` and `backbone compare`: what is kept of a project's runs, as tables."""

from __future__ import annotations

import math
import os
from pathlib import Path

from networks.core.message import UserError, message
from networks.project.project import read_project
from networks.project.side_by_side import Compared, compare_runs
from networks.runs.kept.files import PROJECT
from networks.runs.kept.folders import number_of, run_folders, runs_folder
from networks.runs.kept.legs import first_leg
from networks.runs.kept.reading import KeptRun, is_run, read_briefly
from networks.runs.kept.reading_both import read_both
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS, Measure
from networks.runs.record import Record
from networks.runs.verdict import best_index, verdict

_TITLES = ("", "run", "state", "epochs", "best loss", "best accuracy", "last accuracy", "begun (UTC)")


def listed(project: Path) -> str:
    """A line for each run of a project file, or in a folder of runs. Raises UserError where there is none."""
    parent = project if os.path.isdir(project) else runs_folder(project)
    if is_run(parent):
        parent = parent.parent
    rows, unread = [], []
    for folder in run_folders(parent):
        try:
            rows.append(_row(read_briefly(folder)))
        except UserError as error:
            unread.append(str(error))
    if not rows and not unread:
        raise UserError(message("There are no runs in “{path}”.", path=str(parent)))
    return "\n".join([*(as_table([_TITLES, *rows], "r<<rrrr<") if rows else ()), *unread])


def compared(one: Path, other: Path) -> str:
    """In what two runs differ, and their measures side by side. Raises UserError where one cannot be read."""
    for folder in (one, other):
        if not is_run(folder):
            raise UserError(message("“{path}” is not the folder of a run.", path=str(folder)))
    *runs, common = read_both(one, other)
    found = compare_runs(_compared(runs[0]), _compared(runs[1]), common)
    lines = [f"1  {runs[0].record.title}", f"2  {runs[1].record.title}", ""]
    lines += [*map(str, found.changes)] or ["The same project on the same machine."]
    rows = [(str(name), *values) for name, *values in found.figures]
    lines += ["", *as_table([("", "1", "2"), *rows], "<rr"), ""]
    lines.append(str(found.sameness))
    return "\n".join(lines)


def _compared(run: KeptRun) -> Compared:
    leg = first_leg(run.folder)
    return Compared(run.record, read_project(run.folder / PROJECT), None if leg is None else leg.environment)


def _row(run: KeptRun) -> tuple[str, ...]:
    record = run.record
    state = "training" if run.state == "running" else str(verdict(record).word)
    return (
        str(number_of(run.folder) or "–"),
        record.short,
        state,
        f"{record.last_epoch:.4g}/{max(record.progress.epochs, math.ceil(record.last_epoch))}",
        VALIDATION_LOSS.quantity.figure(_best(record, VALIDATION_LOSS)),
        VALIDATION_ACCURACY.quantity.figure(_best(record, VALIDATION_ACCURACY)),
        VALIDATION_ACCURACY.quantity.figure(record.value(VALIDATION_ACCURACY)),
        run.header.begun.removesuffix("+00:00").replace("T", " "),
    )


def _best(record: Record, measure: Measure) -> float | None:
    return record.validations.value(measure.name, best_index(record, measure))


def as_table(rows: list[tuple[str, ...]], ways: str) -> list[str]:
    """Columns as wide as what stands in them; `ways` says which stand at the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if way == "<" else cell.rjust(width)
            for cell, width, way in zip(row, widths, ways, strict=True)
        ).rstrip()
        for row in rows
    ]
