"""Which weights and pictures the map of the data is about: those that Results shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.feature.desk import Desk
from app.features.results.data_map_work import Subject
from app.features.results.judged_moment import JudgedMoment
from app.probing.sources import KeptSource, Source
from app.training.judged_pictures import JudgedPictures
from networks.core.finding import blocking
from networks.project.project import Project
from networks.runs.judgement.judgement import Side, Weights
from networks.runs.record import Record
from networks.xray.probe import Which
from widgets.inside.probe.options import Options

if TYPE_CHECKING:
    from networks.training.engine.run import Run


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
    if weight == "moment" or weight == "averaged moment":
        project = run.project if run is not None else past[1] if past is not None else None
        return None if project is None else Subject(moment.source(record), project, side, record.title)
    which: Which = "now" if weight == "last" else weight
    if run is not None:
        return Subject(Source(run, which, step, ()), run.project, side, record.title)
    if past is None:
        return None
    kept = KeptSource(record.run, past[0], record)
    return Subject(Source(None, which, kept.step(which), (), kept), past[1], side, record.title)


def before_training(desk: Desk, pictures: JudgedPictures) -> Subject | None:
    """The network before its training, as soon as it can be built; `pictures` are then those of its data."""
    shown = desk.shown
    data = shown.recipe.data
    hindered = shown.devices is None or not shown.report.nodes or bool(shown.report.findings)
    if hindered or blocking(shown.findings) or data.dataset.missing() or data.no_test_set():
        return None
    if not data.dataset.at_hand():
        desk.images_wished.emit(data.dataset)
        return None
    source = desk.probing.sources.source(shown.project, Options(weights="first"))
    pictures.show_dataset(data.dataset, None)
    title = QCoreApplication.translate("DataMaps", "before the training")
    return Subject(source, shown.project, "validation", title)
