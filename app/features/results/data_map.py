"""The map of the data in Results: a layer's outputs of many pictures, mapped beside the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Slot

from app.background.job import Job
from app.feature.desk import Desk
from app.feature.shown import Shown
from app.features.results.data_map_work import (
    LONGEST,
    Draft,
    Made,
    Room,
    Subject,
    Wanted,
    bytes_of,
    last_hidden,
    layers_of,
    map_of,
    rows_of,
)
from app.probing.budget import Counted, no_room
from networks.core.message import Message, message, visible
from networks.layers.ends import AuxiliaryOutput, Output
from networks.xray.data_map import MOST_PICTURES, TSNE, Form, Method
from widgets.controls.section import ShowWatch
from widgets.look.translation import said, thousands

if TYPE_CHECKING:
    from networks.insight.looker import Looker
    from widgets.results.map_page import MapPage
    from widgets.results.map_plot import Stored

HOLDER = "map"
"""As what it asks for memory."""
_WEIGHTS = "map, weights"
FEWEST = 100
"""A map of fewer pictures is not made: there is no room for it."""
REST = 4.0
"""While a run goes on, the next map waits this many times as long as the last one took."""


class DataMaps(QObject):
    """Makes the map that is wanted where it is in sight; what was wanted before is given up."""

    def __init__(self, desk: Desk, page: Callable[[], MapPage | None], stored: Stored) -> None:
        super().__init__(desk)
        self._desk, self._page, self._stored = desk, page, stored
        self._subject: Subject | None = None
        self._layer = ""
        self._form: Form = "averaged"
        self._method: Method = TSNE()
        self._made: Made | None = None
        self._job: Job[Any] | None = None
        self._making: Wanted | None = None
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
        ShowWatch(page).seen.connect(self.look)

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

    def _wanted(self) -> Wanted | None:
        subject = self._subject
        if subject is None:
            return None
        network = subject.project.network
        layer = self._layer if self._layer in network else last_hidden(subject.project)
        return Wanted(subject, layer, self._form, self._method)

    # making it

    @Slot()
    def look(self) -> None:
        """Shows what there is, and has made what is wanted, if that is in sight."""
        page = self._page()
        wanted = self._wanted() if page is not None and page.isVisible() else None
        self._desk.light(HOLDER, None if wanted is None else frozenset({wanted.layer}))
        if page is None or not page.isVisible():
            return
        if wanted is None:
            page.show_map(None)
            page.show_hint(
                self.tr("As soon as the network fits and its pictures are read, they are mapped here.")
            )
            return
        page.show_choice(layers_of(wanted.subject.project), wanted.layer, wanted.form, wanted.method)
        made = self._made
        if made is not None and made.wanted.key == wanted.key:
            page.show_hint("" if made.room.reason is None else said(made.room.reason))
            if page.shown is not made.found:
                self._show(page, made)
            return
        if self._failed is not None and self._failed[0] == wanted.key:
            page.show_hint(self._failed[1])
            return
        self._start(page, wanted)

    def _start(self, page: MapPage, wanted: Wanted) -> None:
        if self._job is not None:
            if self._making is not None and self._making.key != wanted.key and not self._follows(wanted):
                self._job.cancel()
                self._making = None
            return
        if self._desk.trainer.busy and (wait := self._rests_until - time.monotonic()) > 0:
            # beside a run it takes its turns
            self._later.start(int(1000 * wait) + 1)
            page.show_hint(
                self.tr("From a few steps ago: while a run trains, a map is made only now and then.")
            )
            return
        made, looker = self._made, self._desk.probing.known(wanted.subject.source)
        room = self._room(wanted, looker)
        if not room.pictures:
            assert room.reason is not None
            page.show_hint(said(room.reason))
            return
        known = made.found.outputs if made is not None and self._same_outputs(made, wanted) else None
        if known is not None and len(known) > room.pictures:
            known = None
        before = made.found if made is not None and _same_pictures(made.wanted, wanted) else None
        if looker is not None:
            # it stays while the map is made, also where nobody else looks into it any more
            self._desk.probing.budget.hold(_WEIGHTS, Counted(looker.memory()))
        self._making, self._draft = wanted, Draft()
        self._job = Job(
            partial(map_of, wanted, room, looker, known, before, self._draft),
            self._take,
            partial(self._miss, wanted),
            self._show_draft,
            owner=self,
            ended=self._end,
        )
        self._job.start()
        page.show_hint("")
        page.show_progress(0.0)

    def _follows(self, wanted: Wanted) -> bool:
        """Whether what is being made is the same of slightly earlier weights: that is made first."""
        making = self._making
        if making is None or making.key[1:] != wanted.key[1:]:
            return False
        return making.subject.source.key[:2] == wanted.subject.source.key[:2]

    def _same_outputs(self, made: Made, wanted: Wanted) -> bool:
        return made.wanted.outputs_key == wanted.outputs_key

    def _show_draft(self, share: float) -> None:
        page = self._page()
        if page is None or self._making is None:
            return
        page.show_progress(share)
        draft = self._draft.newest
        if draft is not None and page.isVisible() and page.shown is not draft:
            page.show_map(draft, self._names(self._making), self._stored, self._making.subject.title)

    def _take(self, made: Made | None) -> None:
        page = self._page()
        if made is None or page is None:
            return
        self._made = made
        self._count()
        if self._desk.trainer.busy:
            self._rests_until = time.monotonic() + REST * made.seconds
        self._show(page, made)
        self.look()

    def _show(self, page: MapPage, made: Made) -> None:
        page.show_map(made.found, self._names(made.wanted), self._stored, self._caption(made))

    def _miss(self, wanted: Wanted, reason: Message) -> None:
        self._failed = wanted.key, said(reason)
        self.look()

    def _end(self) -> None:
        given_up = self._making is None
        self._job = self._making = None
        self._draft = Draft()
        self._count()
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

    # memory

    def _room(self, wanted: Wanted, looker: Looker | None) -> Room:
        """How many pictures may be mapped: where all of them would be too much memory, fewer are."""
        budget, project = self._desk.probing.budget, wanted.subject.project
        count = len(rows_of(project, wanted.subject.side))
        all_of_them = pictures = min(count, MOST_PICTURES)
        needed = bytes_of(wanted, pictures, copied=looker is None)
        while not budget.ask(HOLDER, bytes_of(wanted, pictures, copied=looker is None)):
            if pictures <= FEWEST:
                return Room(0, no_room(needed, budget.most))
            pictures = max(FEWEST, pictures // 2)
        if pictures == all_of_them:
            return Room(pictures)
        words = message(
            "A map of {all} pictures would take {needed} MB of memory, and all views together may take "
            "{most} MB: {count} of them are mapped.",
            all=all_of_them,
            needed=-(-needed >> 20),
            most=budget.most >> 20,
            count=pictures,
        )
        return Room(pictures, words)

    def _count(self) -> None:
        budget = self._desk.probing.budget
        budget.free(_WEIGHTS)
        if self._made is None:
            budget.free(HOLDER)
        else:
            budget.hold(HOLDER, self._made.found.outputs, self._made.found.positions)

    def _let_go(self) -> None:
        """Others need the memory: a map that nobody sees is made anew when it is seen."""
        page = self._page()
        if self._job is None and (page is None or not page.isVisible()):
            self._made = None
            self._count()
            if page is not None:
                page.show_map(None)

    # words

    def _names(self, wanted: Wanted) -> tuple[str, ...]:
        return tuple(visible(name, LONGEST) for name in wanted.subject.project.recipe.data.dataset.classes)

    def _caption(self, made: Made) -> str:
        sides = {
            "validation": self.tr("{count} of {total} validation pictures"),
            "training": self.tr("{count} of {total} training pictures"),
            "test": self.tr("{count} of {total} test pictures"),
        }
        count = thousands(len(made.found.outputs))
        told = sides[made.wanted.subject.side].format(count=count, total=thousands(made.total))
        step = self.tr("step {step}").format(step=thousands(made.found.outputs.step))
        return " · ".join((told, made.wanted.subject.title, step))


def _same_pictures(one: Wanted, other: Wanted) -> bool:
    """Whether the same index means the same picture."""
    return one.subject.project.recipe.data.dataset == other.subject.project.recipe.data.dataset
