"""The work beside the window: the probe made ready, a network looked into, how its layers fare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from app.background.job import Task
from app.probing.budget import Counted, blocks_of
from app.probing.sources import Source
from app.training.memory import lean_memory
from networks.explanations.traces.kept import Kept
from networks.graph.network import Network
from networks.project.kept_project import project_of
from networks.project.project import Project
from networks.recipes.data_section import Data
from networks.recipes.datasets.pictures import decoded
from networks.xray.health import Health, health, middle_of, silenced
from networks.xray.probe import DataPicture, Probe
from networks.xray.view import XRay

if TYPE_CHECKING:
    from networks.insight.looker import Looker, Measured
    from networks.insight.pictures import Pictures
    from networks.insight.xrays import Wanted

_SIDE = 224
"""Pixels on a side as which a dropped file is read."""


class Ready(NamedTuple):
    """The probe as the network takes it, and for which data and network that was."""

    key: tuple[Any, ...]
    probe: Probe
    part: str
    """"training", "validation" or "test"; empty for a picture of the user's own."""
    pictures: Pictures


class Looked(NamedTuple):
    """What was seen, with whose weights, by whom, and all numbers of the pass where they were to be kept."""

    source: Source
    looker: Looker
    xray: XRay
    kept: tuple[Kept, Counted] | None


class KeptPass(NamedTuple):
    """All numbers of the pass that views were made from, and by whom."""

    kept: Kept
    counted: Counted
    """The memory of its numbers."""
    source: Source
    looker: Looker
    pictures: Pictures


def healths(network: Network, xray: XRay, measured: Measured | None) -> dict[str, Health]:
    """How each layer fares of which there is something to say, by the views and what was measured."""
    units = {} if measured is None else measured.units
    pulls = {} if measured is None else measured.pulls
    # of layers with filters alone: a normalization's few numbers pull in another way
    pulls = {name: each for name, each in pulls.items() if network[name].layer.counts_in_depth}
    middle = middle_of(pulls)
    found = {}
    for name, view in xray.views.items():
        if name in network:
            each = health(network[name].layer, view, units.get(name), pulls.get(name), middle)
            if each is not None:
                found[name] = each
            if (off := silenced(xray.off, name)) is not None:
                found[name] = off
    return found


def pictures_key(project: Project, probe: Probe | None) -> tuple[Any, ...]:
    """All that the probe's numbers depend on; steps of augmentation and weights of classes do not."""
    data = replace(project.recipe.data, augmentation=(), balance="equal")
    entries = [node.layer for node in project.network.nodes if not node.layer.most_inputs]
    # a picture of the user's own is equal to itself alone, and cannot go while a key holds it
    return data, data.dataset.edition(), tuple(entries), probe


def prepared(project: Project, probe: Probe | None, key: tuple[Any, ...], _: Task) -> Ready:
    """In the job's thread: the pictures for this probe, or for the first validation picture."""
    # imported late: torch takes a second
    from networks.insight.pictures import pictures

    training, validation = project.recipe.data.split()
    total = len(project.recipe.data.dataset.labels())
    if probe is None or (isinstance(probe, DataPicture) and not 0 <= probe.row < total):
        probe = DataPicture(int(validation[0]))
    part = ""
    if isinstance(probe, DataPicture):
        inside = probe.row in validation
        part = "validation" if inside else "training" if probe.row in training else ""
    return Ready(key, probe, part, pictures(project, probe))


def looker_of(project: Project, source: Source) -> Looker:
    """A network with these weights, of which nobody else has a part. Raises UserError where they are gone."""
    from networks.insight.copies import first_looker, kept_looker, run_looker

    if (kept := source.kept) is not None:
        return kept_looker(project_of(kept.folder), kept.folder, source.which, source.step)
    return first_looker(project) if source.run is None else run_looker(source.run, source.which)


def looked(
    project: Project,
    source: Source,
    known: tuple[Source, Looker] | None,
    pictures: Pictures,
    wanted: Wanted,
    keeps: bool,
    _: Task,
) -> Looked:
    """In the job's thread. `keeps` says that all numbers of the pass are kept, too."""
    with lean_memory():
        if known is None:
            known = source, looker_of(project, source)
        looker = known[1]
        # in this thread: a large network has thousands of weights
        looker.memory()
        if not keeps:
            return Looked(source, looker, looker.look(pictures, wanted), None)
        from networks.insight.keeping import look_and_keep

        found, kept = look_and_keep(looker, pictures, wanted)
        return Looked(source, looker, found, (kept, Counted(blocks_of(kept.captures))))


def measured_of(
    looker: Looker,
    pictures: Pictures,
    names: frozenset[str],
    near: str,
    known: Measured | None,
    task: Task,
) -> Measured | None:
    """In the job's thread; None once the job is cancelled."""
    with lean_memory():
        return looker.measure(pictures, names, near, known=known, goes_on=lambda: not task.cancelled)


def read_picture(path: Path, _: Task) -> NDArray[np.uint8]:
    """In the job's thread: a picture of the user's, made small. Raises UserError where it is none."""
    return decoded(path, (_SIDE, _SIDE), 3)


def drawn_row(data: Data, draw: np.random.Generator, _: Task) -> int:
    """In the job's thread: any validation picture, by its row in the data."""
    return int(draw.choice(data.split()[1]))
