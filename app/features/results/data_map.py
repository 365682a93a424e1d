"""The map of the data in Results: a layer's outputs of many pictures, mapped beside the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from app.background.job import Job, Task
from app.feature.desk import Desk
from app.feature.shown import Shown
from app.probing.sources import Source
from app.probing.work import looker_of
from networks.core.message import Message, visible
from networks.layers.ends import AuxiliaryOutput, Output
from networks.project.project import Project
from networks.runs.judgement.judgement import Side, Whole
from networks.xray.data_map import MOST_PICTURES, TSNE, DataMap, Form, Method, Outputs
from networks.xray.survey import evenly
from widgets.look.translation import said, thousands

if TYPE_CHECKING:
    from torch import Tensor

    from widgets.results.map_page import LayerChoice, MapPage
    from widgets.results.map_plot import Stored

HOLDER = "map"
"""As what it asks for memory."""
REST = 4.0
"""While a run goes on, the next map waits so many times as long as the last one took."""
_LONGEST = 60


class Subject(NamedTuple):
    """Which weights answer for which pictures, as it stands in Results."""

    source: Source
    project: Project
    side: Side
    title: str
    """Of the run, or of what stands for it."""


class _Wanted(NamedTuple):
    """What a map is of. Two are the same where their keys are."""

    subject: Subject
    layer: str
    form: Form
    method: Method

    @property
    def outputs_key(self) -> tuple[Any, ...]:
        return self.subject.source.key, self.subject.side, self.layer, self.form

    @property
    def key(self) -> tuple[Any, ...]:
        return *self.outputs_key, self.method


class _Made(NamedTuple):
    wanted: _Wanted
    found: DataMap
    total: int
    """How many pictures the side has."""
    seconds: float
    """Of processor time."""


class Draft:
    """Where the points are while they are still being moved: written by the job, read by the window."""

    def __init__(self) -> None:
        self.newest: DataMap | None = None


class DataMaps(QObject):
    """Makes the map that is wanted where it is in sight; what was wanted before is given up."""

    def __init__(self, desk: Desk, page: Callable[[], MapPage | None], stored: Stored) -> None:
        super().__init__(desk)
        self._desk, self._page, self._stored = desk, page, stored
        self._subject: Subject | None = None
        self._layer = ""
        self._form: Form = "averaged"
        self._method: Method = TSNE()
        self._made: _Made | None = None
        self._job: Job[Any] | None = None
        self._making: _Wanted | None = None
        self._draft = Draft()
        self._failed: tuple[tuple[Any, ...], str] | None = None
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.look)
        self._rests_until = 0.0
        desk.probing.budget.join(HOLDER, self._let_go)

    def connect_page(self, page: MapPage) -> None:
        """Takes the wishes of the page."""
        page.layer_chosen.connect(self.choose_layer)
        page.form_chosen.connect(self._choose_form)
        page.method_chosen.connect(self._choose_method)
        page.cancelled.connect(self.cancel)
        page.picked.connect(self._pick)
        page.looked_into.connect(self._look_inside)

    # what is wanted

    def show_subject(self, subject: Subject | None) -> None:
        """Which weights and pictures Results is about; None where there is no run."""
        self._subject = subject
        self.look()

    def follow_selection(self, old: Shown | None, new: Shown) -> None:
        """Takes the layer that was selected on the canvas."""
        if old is None or old.selection == new.selection or len(new.selection) != 1:
            return
        leaf = new.folding.leaf(new.selection[0])
        if leaf and self._subject is not None and leaf in self._subject.project.network:
            node = self._subject.project.network[leaf]
            if not isinstance(node.layer, Output | AuxiliaryOutput):
                self.choose_layer(leaf)

    @Slot(int)
    def _pick(self, row: int) -> None:
        """Makes a picture the probe, without another room coming into view."""
        subject = self._subject
        if (
            subject is not None
            and subject.project.recipe.data.dataset == self._desk.shown.recipe.data.dataset
        ):
            self._desk.picture_chosen.emit(row)

    @Slot(int)
    def _look_inside(self, row: int) -> None:
        if self._subject is not None:
            self._desk.follow_picture(self._subject.project.recipe.data.dataset, row)

    @Slot(str)
    def choose_layer(self, name: str) -> None:
        """Maps the outputs of this layer."""
        self._layer = name
        self._again()

    @Slot(str)
    def _choose_form(self, form: Form) -> None:
        self._form = form
        self._again()

    @Slot(object)
    def _choose_method(self, method: Method) -> None:
        self._method = method
        self._again()

    def _again(self) -> None:
        self._failed, self._rests_until = None, 0.0
        self.look()

    def _wanted(self) -> _Wanted | None:
        subject = self._subject
        if subject is None:
            return None
        network = subject.project.network
        layer = self._layer if self._layer in network else last_hidden(subject.project)
        return _Wanted(subject, layer, self._form, self._method)

    # making it

    @Slot()
    def look(self) -> None:
        """Shows what there is, and has made what is wanted, if that is in sight."""
        page = self._page()
        if page is None or not page.isVisible():
            return
        wanted = self._wanted()
        if wanted is None:
            page.show_map(None)
            page.show_hint(
                self.tr("As soon as the network fits and its pictures are read, they are mapped here.")
            )
            return
        page.show_choice(layers_of(wanted.subject.project), wanted.layer, wanted.form, wanted.method)
        made = self._made
        if made is not None and made.wanted.key == wanted.key:
            page.show_hint("")
            if page.shown is not made.found:
                self._show(page, made)
            return
        if self._failed is not None and self._failed[0] == wanted.key:
            page.show_hint(self._failed[1])
            return
        self._start(page, wanted)

    def _start(self, page: MapPage, wanted: _Wanted) -> None:
        if self._job is not None:
            if self._making is not None and self._making.key != wanted.key and not self._follows(wanted):
                self._job.cancel()
                self._making = None
            return
        if self._desk.trainer.busy and (wait := self._rests_until - time.monotonic()) > 0:
            # beside a run it takes its turns
            self._later.start(int(1000 * wait) + 1)
            page.show_hint(self.tr("Of a few steps ago: beside the training, maps take turns with rests."))
            return
        made = self._made
        known = made.found.outputs if made is not None and self._same_outputs(made, wanted) else None
        before = made.found if made is not None and _same_pictures(made.wanted, wanted) else None
        self._making, self._draft = wanted, Draft()
        self._job = Job(
            partial(_map_of, wanted, known, before, self._draft),
            self._take,
            partial(self._miss, wanted),
            self._show_draft,
            owner=self,
            ended=self._end,
        )
        self._job.start()
        page.show_hint("")
        page.show_progress(0.0)

    def _follows(self, wanted: _Wanted) -> bool:
        """Whether what is being made is the same of slightly earlier weights: that is made first."""
        making = self._making
        if making is None or making.key[1:] != wanted.key[1:]:
            return False
        return making.subject.source.key[:2] == wanted.subject.source.key[:2]

    def _same_outputs(self, made: _Made, wanted: _Wanted) -> bool:
        return made.wanted.outputs_key == wanted.outputs_key

    def _show_draft(self, share: float) -> None:
        page = self._page()
        if page is None or self._making is None:
            return
        page.show_progress(share)
        draft = self._draft.newest
        if draft is not None and page.isVisible() and page.shown is not draft:
            page.show_map(draft, self._names(self._making), self._stored, self._making.subject.title)

    def _take(self, made: _Made | None) -> None:
        page = self._page()
        if made is None or page is None:
            return
        self._made = made
        own = made.found
        self._desk.probing.budget.hold(HOLDER, own.outputs.features, own.positions)
        if self._desk.trainer.busy:
            self._rests_until = time.monotonic() + REST * made.seconds
        self._show(page, made)
        self.look()

    def _show(self, page: MapPage, made: _Made) -> None:
        page.show_map(made.found, self._names(made.wanted), self._stored, self._caption(made))

    def _miss(self, wanted: _Wanted, reason: Message) -> None:
        self._failed = wanted.key, said(reason)
        self.look()

    def _end(self) -> None:
        given_up = self._making is None
        self._job = self._making = None
        page = self._page()
        if page is not None:
            page.show_progress(None)
        if given_up:
            self._later.start(0)

    @Slot()
    def cancel(self) -> None:
        """Gives up the map that is being made; another choice begins anew."""
        if self._job is not None and self._making is not None:
            self._failed = self._making.key, self.tr("Given up. Choose a layer or a method to begin anew.")
            self._job.cancel()
            self._making = None

    def close(self) -> None:
        """Waits for the map that is being made, and drops it."""
        self._later.stop()
        if self._job is not None:
            self._job.close()
            self._job = None

    def _let_go(self) -> None:
        page = self._page()
        if self._made is not None and (page is None or not page.isVisible()):
            self._made = None
            self._desk.probing.budget.free(HOLDER)

    # words

    def _names(self, wanted: _Wanted) -> tuple[str, ...]:
        return tuple(visible(name, _LONGEST) for name in wanted.subject.project.recipe.data.dataset.classes)

    def _caption(self, made: _Made) -> str:
        sides = {
            "validation": self.tr("{count} of {total} validation pictures"),
            "training": self.tr("{count} of {total} training pictures"),
            "test": self.tr("{count} of {total} test pictures"),
        }
        count = thousands(len(made.found.outputs))
        told = sides[made.wanted.subject.side].format(count=count, total=thousands(made.total))
        step = self.tr("step {step}").format(step=thousands(made.found.outputs.step))
        return " · ".join((told, made.wanted.subject.title, step))


def _same_pictures(one: _Wanted, other: _Wanted) -> bool:
    """Whether the same index means the same picture."""
    return one.subject.project.recipe.data.dataset == other.subject.project.recipe.data.dataset


def last_hidden(project: Project) -> str:
    """The layer whose outputs the last layer with weights takes, or else the last before the end."""
    network = project.network
    learning = [name for name in network.order if network[name].layer.counts_in_depth]
    last = network[learning[-1]] if learning else network.of_type(Output)[0]
    return last.inputs[0] if last.inputs else network.order[0]


def layers_of(project: Project) -> tuple[LayerChoice, ...]:
    """The layers whose outputs can be mapped, in the order in which they compute."""
    from networks.graph.check import check
    from widgets.results.map_page import LayerChoice

    network, report = project.network, check(project.network, project.classes)
    found = []
    for name in network.order:
        shape = report.nodes[name].output
        if shape is None or isinstance(network[name].layer, Output | AuxiliaryOutput):
            continue
        size = "×".join(map(str, shape))
        found.append(LayerChoice(name, f"{visible(name, _LONGEST)} · {size}", len(shape) > 1))
    return tuple(found)


def rows_of(project: Project, side: Side) -> Whole:
    """The indices in the data set of all pictures of a side."""
    data = project.recipe.data
    if side == "test":
        total = len(data.dataset.labels())
        return np.arange(total - data.dataset.test_images, total)
    return data.split()[0 if side == "training" else 1]


def _map_of(
    wanted: _Wanted, known: Outputs | None, before: DataMap | None, draft: Draft, task: Task
) -> _Made | None:
    """In the job's thread; None where it was given up."""
    # imported late: torch takes a second
    from networks.insight.embedding.mapping import mapped
    from networks.insight.layer_outputs import layer_outputs

    begun = time.thread_time()
    subject = wanted.subject
    every = rows_of(subject.project, subject.side)
    outputs = known
    if outputs is None:
        looker = looker_of(subject.project, subject.source)
        rows = evenly(every, MOST_PICTURES)
        outputs = layer_outputs(
            looker, subject.project, wanted.layer, rows, wanted.form, lambda share: task.report(0.3 * share)
        )
    if outputs is None:
        return None
    own = outputs

    def report(share: float, points: Tensor) -> bool:
        nothing = float("nan")
        draft.newest = DataMap(wanted.method, own, points.numpy(), (), nothing, nothing)
        return task.report(0.3 + 0.7 * share)

    found = mapped(own, wanted.method, before, report)
    return None if found is None else _Made(wanted, found, len(every), time.thread_time() - begun)
