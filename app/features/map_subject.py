"""Which weights and pictures the map of the data is about: those that Results shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.features.data_map import Subject
from app.features.judged_moment import JudgedMoment
from app.probing.sources import KeptSource, Source
from networks.project.project import Project
from networks.runs.judgement.judgement import Side, Weights
from networks.runs.record import Record
from networks.xray.probe import Which

if TYPE_CHECKING:
    from networks.training.run import Run


def subject_of(
    record: Record,
    run: Run | None,
    past: tuple[Path, Project] | None,
    moment: JudgedMoment,
    chosen: tuple[Weights, Side],
    step: int,
) -> Subject | None:
    """The weights of a run that is there, of one in its `past` folder, or of the moment that is looked at."""
    weight, side = chosen
    if weight == "moment":
        project = run.project if run is not None else past[1] if past is not None else None
        return None if project is None else Subject(moment.source(record), project, side, record.title)
    which: Which = "now" if weight == "last" else weight
    if run is not None:
        return Subject(Source(run, which, step, ()), run.project, side, record.title)
    if past is None:
        return None
    kept = KeptSource(record.run, past[0], record)
    return Subject(Source(None, which, kept.step(which), (), kept), past[1], side, record.title)
