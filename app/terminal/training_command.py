"""`backbone train`: trains a project in the terminal, and writes what comes of it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from app.terminal.data_command import fetch_set, look_for, read_pictures
from app.terminal.driving import WEIGHTS, Signals, Telling, drive, ended
from app.terminal.out_folder import CURVES, OTHER_WEIGHTS, PROJECT, Out
from app.terminal.printing import print_lines
from app.terminal.progress import progress_for
from app.terminal.recording import recorder_for
from app.terminal.resume_command import go_on
from app.terminal.together import begun_before, in_turn, joined, note, silent
from app.training.memory import give_back_memory
from networks.core.fields import changed_at, field_at, value_at
from networks.core.finding import advice, blocking
from networks.core.message import UserError, message
from networks.core.storage import write_atomically
from networks.doctor.data_findings import data_notes
from networks.doctor.findings import findings
from networks.doctor.foresight import foresee, foresight_words, images_to_measure
from networks.doctor.memory import free_memory
from networks.project.expected import expected
from networks.project.fitting_data import fitted
from networks.project.project import Project, project_to_json
from networks.project.typed_values import type_name
from networks.recipes.datasets import DATASETS, Dataset, Folder
from networks.recipes.datasets.named import NamedDataset
from networks.recipes.recipe import section_of, with_settings
from networks.runs.failure import explain
from networks.runs.record import MANY, Record

if TYPE_CHECKING:
    from networks.training.distributed.ranks import Ranks
    from networks.training.engine.run import Run


def train(
    project: Project,
    wishes: Mapping[str, Any],
    folder: Path | None,
    *,
    overwrite: bool,
    runs: Path,
    ranks: Ranks | None = None,
    tensorboard: bool = False,
) -> int:
    """Trains with the recipe changed by `wishes` and keeps the run in the folder of runs.

    With `tensorboard` event files lie in it, too.

    Where a `folder` is named, project, curves as a table and weights are written there, too. `ranks` are the
    processes that torchrun has started: all of them train, and the first one writes and tells. Gives the exit
    code: 0, 1 where training broke off or diverged, 128 and the signal's number where a signal stopped it.
    Raises UserError where it cannot start or a file cannot be written.
    """
    project = as_wished(project, wishes)
    with in_turn(ranks):
        read_pictures(project.recipe.data.dataset, sys.stderr)
    found = findings(project)
    if in_the_way := blocking(found):
        raise UserError(message("The project cannot be trained: {reason}", reason=in_the_way[0].sentence))
    for sentence in data_notes(project):
        note(f"Note: {sentence}", ranks)
    for unwise in advice(found):
        note(f"Advice: {unwise.sentence}", ranks)
    connected, launch = None, ""
    if ranks is not None:
        project, connected = joined(project, ranks)
        launch = ranks.launch.id
        if (before := begun_before(runs, ranks)) is not None:
            out = None if silent(ranks) or folder is None else Out(folder)
            return go_on(before, ranks=connected, launch=launch, out=out)
    if silent(ranks):
        folder = None
    else:
        _foretell(project)
    with Signals() as signals:
        run = _made(project, connected)
        if folder is not None:
            _make_folder(folder, overwrite)
            write_atomically(folder / PROJECT, project_to_json(_as_trained(run)))
        keeps = partial(recorder_for, launch=launch, tensorboard=tensorboard)
        recorder = None if silent(ranks) else keeps(run, _as_trained(run), runs)
        record = Record(run.id, epochs=run.target_epochs, most=MANY)
        progress = progress_for(sys.stderr, silent=silent(ranks))
        if folder is None:
            ending = drive(run, Telling(record, recorder, progress), signals)
        else:
            with Out(folder).of(run) as table:
                ending = drive(run, Telling(record, recorder, progress, table), signals)
    return ended(run, ending, record, folder, recorder, signals)


def dataset_named(name: str) -> Dataset:
    """The data set that is called so in files or in the window, whatever its case. Raises UserError."""
    for kind in DATASETS:
        if name.casefold() in (kind.__name__.casefold(), kind.name().casefold()):
            return kind()
    raise UserError(
        message(
            "Expected a data set, got “{name}”: choose one of {names}.",
            name=name,
            names=", ".join(kind.__name__ for kind in DATASETS),
        )
    )


def with_dataset(project: Project, name: str | None, folder: Path | None, *, fetch: bool) -> Project:
    """The project with another data set, to which its network is fitted, and fetched if that is wished.

    It is looked for in this folder first; own pictures are those of this folder.

    Raises UserError where there is no such set, or it cannot be fetched.
    """
    own = project.recipe.data.dataset
    chosen = own if name is None else dataset_named(name)
    if isinstance(chosen, Folder) and folder is not None:
        chosen = replace(chosen, path=os.path.abspath(folder))
    if chosen != own:
        project = fitted(replace(project, recipe=with_settings(project.recipe, dataset=chosen)))
    dataset = project.recipe.data.dataset
    look_for(dataset, folder)
    if fetch and isinstance(dataset, NamedDataset) and dataset.found() is None:
        fetch_set(dataset, sys.stderr)
    return project


def as_wished(project: Project, wishes: Mapping[str, Any]) -> Project:
    """The project with other settings. Raises UserError where a value is out of its bounds."""
    recipe = project.recipe
    for name, value in wishes.items():
        option = f"--{name.rpartition('.')[2].replace('_', '-')}"
        path = f"{section_of(name.partition('.')[0])}.{name}"
        try:
            field = field_at(recipe, path)
        except (AttributeError, IndexError, KeyError) as error:
            raise UserError(
                message(
                    "{option} {value}: {kind} has no such setting. Leave it out.",
                    option=option,
                    value=value,
                    kind=type_name(type(value_at(recipe, path.rpartition(".")[0]))),
                )
            ) from error
        try:
            recipe = changed_at(recipe, path, value)
        except msgspec.ValidationError as error:
            raise UserError(
                message(
                    "{option} {value}: expected {expected}.",
                    option=option,
                    value=value,
                    expected=expected(field),
                )
            ) from error
    return replace(project, recipe=recipe)


def _as_trained(run: Run) -> Project:
    """The project with its number of threads, and whatever else another machine would choose otherwise."""
    dataset = run.project.recipe.data.dataset.settled()
    recipe = with_settings(run.project.recipe, threads=run.threads, dataset=dataset)
    return replace(run.project, recipe=recipe)


def _foretell(project: Project) -> None:
    """Says what training will take, with the figures that the window would ask about, where that is much."""
    free = free_memory() if project.recipe.machine.device == "cpu" else None
    foresight = foresee(project, None)
    if not foresight.worth_measuring(free):
        return
    images = images_to_measure(project, foresight, free)
    if images:
        from networks.training.experiments.speed import measured_step

        # what is wrong is told by the run itself
        with suppress(UserError, RuntimeError, MemoryError):
            speed = measured_step(project, images)
            foresight, free = foresee(project, speed.rate, images=speed.images), speed.free or free
        gc.collect()
        give_back_memory()
    if foresight.heavy(free):
        print_lines(str(foresight_words(foresight, free)), sys.stderr)


def _made(project: Project, ranks: Ranks | None) -> Run:
    """The run. Raises a UserError without a traceback, so that the tensors made so far can be freed."""
    from networks.training.engine.run import Run

    reason = None
    try:
        run = Run(project, ranks=ranks)
        if ranks is not None:
            ranks.agree(images=run.data_checksum())
        return run
    except (RuntimeError, MemoryError) as error:
        reason = explain(error).message
    raise UserError(reason)


def _make_folder(folder: Path, overwrite: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise UserError(message("“{path}” is a file; --out names a folder.", path=str(folder))) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(
            message("The folder “{path}” cannot be made: {reason}.", path=str(folder), reason=reason)
        ) from error
    ours = (PROJECT, CURVES, WEIGHTS, *OTHER_WEIGHTS.values())
    there = [name for name in ours if os.path.exists(folder / name)]
    if there and not overwrite:
        raise UserError(
            message(
                "“{path}” holds {names} already: choose another folder with --out, or add --overwrite.",
                path=str(folder),
                names=", ".join(there),
            )
        )
    try:
        # if this run is cut off, the weights of another run must not lie beside its curves
        for name in (WEIGHTS, *OTHER_WEIGHTS.values()):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            message("“{path}” cannot be replaced: {reason}.", path=str(folder / WEIGHTS), reason=reason)
        ) from error
