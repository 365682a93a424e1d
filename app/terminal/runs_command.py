"""`backbone runs` and `backbone compare`: what is kept of a project's runs, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from networks.core.message import UserError, message
from networks.project.difference import difference
from networks.project.project import read_project
from networks.runs.kept.environment import environment_changes
from networks.runs.kept.files import PROJECT
from networks.runs.kept.folders import number_of, run_folders, runs_folder
from networks.runs.kept.legs import first_leg
from networks.runs.kept.reading import KeptRun, is_run, read_run
from networks.runs.measures import MEASURES, VALIDATION_ACCURACY, VALIDATION_LOSS, Measure
from networks.runs.record import Record
from networks.runs.sameness import first_difference, in_common
from networks.runs.verdict import best_index, verdict

_TITLES = ("", "run", "state", "epochs", "best loss", "best accuracy", "last accuracy", "begun (UTC)")


def listed(project: Path) -> str:
    """A line for each run of a project file, or in a folder of runs. Raises UserError where there is none."""
    parent = project if project.is_dir() else runs_folder(project)
    if is_run(parent):
        parent = parent.parent
    rows, unread = [], []
    for folder in run_folders(parent):
        try:
            rows.append(_row(read_run(folder)))
        except UserError as error:
            unread.append(str(error))
    if not rows and not unread:
        raise UserError(message("There are no runs in “{path}”.", path=str(parent)))
    return "\n".join([*(_table([_TITLES, *rows], "r<<rrrr<") if rows else ()), *unread])


def compared(one: Path, other: Path) -> str:
    """In what two runs differ, and their measures side by side. Raises UserError where one cannot be read."""
    runs = read_run(one), read_run(other)
    lines = [f"1  {runs[0].record.title}", f"2  {runs[1].record.title}", ""]
    projects = [read_project(run.folder / PROJECT) for run in runs]
    changes = [*map(str, difference(*projects)), *_elsewhere(*runs)]
    lines += changes or ["The same project on the same machine."]
    lines += ["", *_table([("", "1", "2"), *_measured(runs[0].record, runs[1].record)], "<rr"), ""]
    lines.append(_equality(runs[0].record, runs[1].record))
    return "\n".join(lines)


def _row(run: KeptRun) -> tuple[str, ...]:
    record = run.record
    state = "training" if run.state == "running" else str(verdict(record).word)
    return (
        str(number_of(run.folder) or "–"),
        record.short,
        state,
        f"{record.last_epoch:.4g}/{record.progress.epochs}",
        VALIDATION_LOSS.quantity.figure(_best(record, VALIDATION_LOSS)),
        VALIDATION_ACCURACY.quantity.figure(_best(record, VALIDATION_ACCURACY)),
        VALIDATION_ACCURACY.quantity.figure(record.value(VALIDATION_ACCURACY)),
        run.header.begun.removesuffix("+00:00").replace("T", " "),
    )


def _best(record: Record, measure: Measure) -> float | None:
    return record.validations.value(measure.name, best_index(record, measure))


def _elsewhere(one: KeptRun, other: KeptRun) -> Iterator[str]:
    legs = first_leg(one.folder), first_leg(other.folder)
    if legs[0] is not None and legs[1] is not None:
        yield from map(str, environment_changes(legs[0].environment, legs[1].environment))


def _measured(one: Record, other: Record) -> Iterator[tuple[str, str, str]]:
    """The best value of what has one, and the last one of everything."""
    yield "epochs", f"{one.last_epoch:.4g}", f"{other.last_epoch:.4g}"
    for measure in MEASURES:
        if any(measure.name in record.series(measure) for record in (one, other)):
            figure = measure.quantity.figure
            if measure.each == "epoch":
                yield f"best {measure.name}", figure(_best(one, measure)), figure(_best(other, measure))
            yield f"last {measure.name}", figure(one.value(measure)), figure(other.value(measure))


def _equality(one: Record, other: Record) -> str:
    """Whether both runs told the same numbers, and if not, which one differs first."""
    common, _ = in_common(one, other)
    if not common:
        return "There is no step that both have made."
    difference = first_difference(one, other)
    if difference is not None:
        return str(difference.sentence())
    return f"All numbers of the first {common} steps are the same, to the last bit."


def _table(rows: list[tuple[str, ...]], ways: str) -> list[str]:
    """Columns as wide as what stands in them; `ways` says which stand at the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if way == "<" else cell.rjust(width)
            for cell, width, way in zip(row, widths, ways, strict=True)
        ).rstrip()
        for row in rows
    ]
