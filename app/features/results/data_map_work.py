"""The work of the map of the data beside the window: which pictures of which layer, and what that takes."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from app.background.job import Task
from app.probing.sources import Source
from app.probing.work import looker_of
from networks.core.message import Message, visible
from networks.graph.check import check
from networks.layers.ends import AuxiliaryOutput, Output
from networks.project.project import Project
from networks.runs.judgement.judgement import Side, Whole
from networks.xray.data_map import MOST_NUMBERS, PROJECTED, DataMap, Form, Method, Outputs
from networks.xray.survey import evenly

if TYPE_CHECKING:
    from torch import Tensor

    from networks.insight.looker import Looker
    from widgets.results.map_page import LayerChoice

_TIMES = 3
"""The outputs, with what is computed of them on the way to a map."""
LONGEST = 60
"""How many characters of a name are shown."""


class Subject(NamedTuple):
    """Which weights answer for which pictures, as it stands in Results."""

    source: Source
    project: Project
    side: Side
    title: str
    """Of the run, or of what stands for it."""


class Wanted(NamedTuple):
    """What a map is of. Two are the same where their keys are."""

    subject: Subject
    layer: str
    form: Form
    method: Method

    @property
    def outputs_key(self) -> tuple[Any, ...]:
        """What the numbers of the pictures depend on; the method of the map does not count."""
        return self.subject.source.key, self.subject.side, self.layer, self.form

    @property
    def key(self) -> tuple[Any, ...]:
        return *self.outputs_key, self.method


class Room(NamedTuple):
    """How many pictures there is memory for, and why they are no more."""

    pictures: int
    reason: Message | None = None


class Made(NamedTuple):
    """A map, what it is of, and how long it took."""

    wanted: Wanted
    found: DataMap
    total: int
    """How many pictures the side has."""
    room: Room
    seconds: float
    """Of processor time."""


class Draft:
    """Where the points are while they are still being moved: written by the job, read by the window."""

    def __init__(self) -> None:
        self.newest: DataMap | None = None


def last_hidden(project: Project) -> str:
    """The layer whose outputs the last layer with weights takes, or else the last before the end."""
    network = project.network
    learning = [name for name in network.order if network[name].layer.counts_in_depth]
    last = network[learning[-1]] if learning else network.of_type(Output)[0]
    return last.inputs[0] if last.inputs else network.order[0]


def layers_of(project: Project) -> tuple[LayerChoice, ...]:
    """The layers whose outputs can be mapped, in the order in which they compute."""
    from widgets.results.map_page import LayerChoice

    network, report = project.network, check(project.network, project.classes)
    found = []
    for name in network.order:
        shape = report.nodes[name].output
        if shape is None or isinstance(network[name].layer, Output | AuxiliaryOutput):
            continue
        size = "×".join(map(str, shape))
        found.append(LayerChoice(name, f"{visible(name, LONGEST)} · {size}", len(shape) > 1))
    return tuple(found)


def rows_of(project: Project, side: Side) -> Whole:
    """The indices in the data set of all pictures of a side."""
    data = project.recipe.data
    if side == "test":
        total = len(data.dataset.labels())
        return np.arange(total - data.dataset.test_images, total)
    return data.split()[0 if side == "training" else 1]


def bytes_of(wanted: Wanted, pictures: int, *, copied: bool) -> int:
    """About what the map of this many pictures takes in the making; `copied` says with weights of its own."""
    project = wanted.subject.project
    report = check(project.network, project.classes)
    shape = report.nodes[wanted.layer].output
    assert shape is not None, "a layer that can be chosen has a shape"
    numbers = shape[0] if len(shape) == 3 and wanted.form == "averaged" else math.prod(shape)
    numbers = PROJECTED if numbers > MOST_NUMBERS else numbers
    return _TIMES * 4 * pictures * numbers + (4 * report.weights if copied else 0)


def map_of(
    wanted: Wanted,
    room: Room,
    looker: Looker | None,
    known: Outputs | None,
    before: DataMap | None,
    draft: Draft,
    task: Task,
) -> Made | None:
    """In the job's thread; None where it was given up."""
    # imported late: torch takes a second
    from networks.insight.embedding.mapping import mapped
    from networks.insight.layer_outputs import layer_outputs

    begun = time.thread_time()
    subject = wanted.subject
    every = rows_of(subject.project, subject.side)
    outputs = known
    if outputs is None:
        rows = evenly(every, room.pictures)
        outputs = layer_outputs(
            looker or looker_of(subject.project, subject.source),
            subject.project,
            wanted.layer,
            rows,
            wanted.form,
            lambda share: task.report(0.3 * share),
        )
    if outputs is None:
        return None
    own = outputs

    def report(share: float, points: Tensor) -> bool:
        nothing = float("nan")
        draft.newest = DataMap(wanted.method, own, points.numpy(), (), nothing, nothing)
        return task.report(0.3 + 0.7 * share)

    found = mapped(own, wanted.method, before, report)
    return None if found is None else Made(wanted, found, len(every), room, time.thread_time() - begun)
