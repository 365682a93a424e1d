"""What a sweep would try, how long that takes, and why it cannot be begun; also from the title of a field."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Slot

from app.background.job import Task
from app.feature.desk import Desk
from app.features.runs.sweep_work import Planned, planned
from networks.core.durations import duration
from networks.core.finding import blocking
from networks.core.message import Message, plural
from networks.doctor.epoch_time import Timed, seconds_of, unmeasured
from networks.project.project import Project
from networks.project.sweep_values import setting_of
from widgets.controls.late import Late
from widgets.forms.field_offers import FieldOffers, Offer
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.runs.sweeps.panel import SweepPanel

SETTLED_MS = 200
"""How long the project and what is typed rest before a sweep of them is planned."""
MOST_KINDS = 12
"""Steps of this many kinds of projects are measured for an estimate; each takes about a third of a second."""
Do = Callable[[str, Callable[[Task], Any], Callable[[Any], None], Callable[[Message], None]], None]
"""Has something done beside the window, under a name; then come what takes its result and its refusal."""


class SweepPlans(QObject):
    """Plans what is set up on the panel as soon as it rests."""

    def __init__(self, desk: Desk, late: Late[SweepPanel], do: Do) -> None:
        super().__init__(desk)
        self.desk, self.late, self._do = desk, late, do
        self.planned: Planned | None = None
        """What would be begun; None where it cannot be."""
        self._refusal = ""
        self._steps: tuple[Timed, ...] = ()
        """What steps have taken that were measured for an estimate."""
        self._asked: tuple[Project, ...] = ()
        self.settling = QTimer(self)
        self.settling.setSingleShot(True)
        self.settling.setInterval(SETTLED_MS)
        self.settling.timeout.connect(self.plan)
        FieldOffers(desk.window, self._offers)
        desk.steps_timed.connect(self._take_steps)
        desk.torch_loaded.connect(self.show)

    def forget(self) -> None:
        """Another project was opened."""
        self.planned = None
        self._steps, self._asked = (), ()

    @Slot()
    def rest(self) -> None:
        """The trainer has changed its state: what it may measure may be asked for again."""
        if not self.desk.trainer.busy:
            self._asked = ()
        self.show()

    def _offers(self, values: tuple[msgspec.Struct, ...], name: str) -> tuple[Offer, ...]:
        """What the title of a field offers."""
        shown = self.desk.shown
        setting = setting_of(shown.project, values, name, shown.selected_nodes)
        if setting is None:
            return ()
        offers = [Offer(self.tr("Try several values…"), partial(self._try, setting.path))]
        panel = self.late.made
        if panel is not None and (first := panel.setup.chosen()) not in ("", setting.path):
            words = self.tr("Try several values, together with “{setting}”…").format(
                setting=panel.setup.settings[0].currentText()
            )
            offers.append(Offer(words, partial(self._try, setting.path, beside=bool(first))))
        return tuple(offers)

    def _try(self, path: str, *, beside: bool = False) -> None:
        self.desk.open_panel("sweep")
        shown = self.desk.shown
        self.late.widget.setup.show_project(shown.project, shown.selected_nodes)
        self.late.widget.setup.choose(path, beside=beside)

    @Slot()
    def plan(self) -> None:
        """Plans what is set up, unless nobody sees it."""
        panel = self.late.made
        if panel is None or not panel.isVisible():
            return
        shown = self.desk.shown
        panel.setup.show_project(shown.project, shown.selected_nodes)
        wish = panel.setup.wish()
        assert wish is not None
        self._do("plan", partial(planned, shown.project, wish), self._take_plan, self._refuse)

    def _take_plan(self, found: Planned) -> None:
        self.planned, self._refusal = found, ""
        self.show()

    def _refuse(self, reason: Message) -> None:
        self.planned, self._refusal = None, said(reason)
        self.show()

    @Slot()
    def show(self) -> None:
        """Shows what was planned, or why it cannot be begun."""
        if (panel := self.late.made) is None:
            return
        planned, reason = self.planned, self._refusal
        if in_the_way := blocking(self.desk.shown.findings):
            reason = said(in_the_way[0].sentence)
        elif self.desk.trainer.busy:
            reason = self.tr("A run is in progress: stop it first, or wait until it ends.")
        count = 0 if planned is None else len(planned.cells)
        panel.show_plan(count, "" if planned is None else self._about(planned), reason)

    def _about(self, planned: Planned) -> str:
        """How many epochs, and how long they take as far as anything was measured."""
        projects = [project for _, project in planned.cells]
        epochs = sum(project.recipe.learning.epochs for project in projects)
        words = said(plural("{count} epoch in all", "{count} epochs in all", count=epochs))
        earlier = self._earlier()
        missing = unmeasured(projects, (*earlier, *self._steps))
        if missing:
            self._ask_for_steps(missing)
            told = self.tr("{epochs}; how long they take was not measured yet.")
            return told.format(epochs=words)
        seconds = seconds_of(projects, (*earlier, *self._steps))
        assert seconds is not None
        if unmeasured(projects, earlier):
            told = self.tr("{epochs}, about {time} and what judging takes, by steps measured now.")
        else:
            told = self.tr("{epochs}, about {time}, by what earlier runs took.")
        return told.format(epochs=words, time=duration(seconds))

    def _earlier(self) -> tuple[Timed, ...]:
        """What an epoch of the project's earlier runs took, as far as it is known what they trained."""
        table = self.desk.runs.table
        return tuple(
            Timed(project, row.summary.seconds / int(row.summary.epochs))
            for run, row in reversed(table.rows.items())
            if (project := table.projects.get(run)) is not None
            and row.summary is not None
            and row.summary.epochs >= 1
            and row.summary.seconds
        )

    def _ask_for_steps(self, missing: tuple[Project, ...]) -> None:
        """Has some steps measured, unless that would disturb a run, or is asked for already."""
        loaded = self.desk.shown.devices is not None
        if loaded and not self.desk.trainer.busy and len(missing) <= MOST_KINDS and missing != self._asked:
            self._asked = missing
            self.desk.steps_wished.emit(missing)

    @Slot(object)
    def _take_steps(self, timed: tuple[Timed, ...]) -> None:
        self._steps = (*timed, *self._steps)[: 4 * MOST_KINDS]
        self.show()
