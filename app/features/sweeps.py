"""Sweeps: several values of one or two settings, trained one after the other, and the best taken over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QTimer, Slot

from app.background.job import Job, Task
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import OUTCOME, Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Piece, Place, Spot
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.sweep_work import Looked, Planned, looked_at, made, planned, released, rest_of_sweeps
from app.training.trainer import State
from networks.core.durations import duration
from networks.core.finding import blocking
from networks.core.message import Message, UserError, plural
from networks.doctor.epoch_time import Timed, seconds_of, unmeasured
from networks.project.project import Project
from networks.project.sweep_values import setting_of
from networks.project.sweeping import with_values
from networks.runs.kept.folders import words_of
from networks.runs.sweeps.queue import Queue
from networks.runs.sweeps.results import Results, csv_text
from widgets.controls.offer_bar import OfferBar
from widgets.controls.section import ShowWatch
from widgets.forms.field_offers import FieldOffers, Offer
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.sweeps.panel import Going, SweepPanel

LEAST_WIDTH = 340
SETTLED_MS = 200
"""How long the project and what is typed rest before a sweep of them is planned."""
LOOK_MS = 1000
"""How often the files of a sweep that goes on are looked at."""
MOST_KINDS = 12
"""Steps of so many kinds of projects are measured for an estimate; each takes about a third of a second."""


class Sweeps(PanelFeature["SweepPanel"]):
    """Plans a sweep, has it trained, shows what comes of it, and offers to go on where it was cut off."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.left_over = OfferBar()
        """Offers to go on with a sweep that waits when a project is opened."""
        self.left_over.accepted.connect(self._go_on_with_rest)
        self._rest: Queue | None = None
        self._jobs: dict[str, Job[Any]] = {}
        self._planned: Planned | None = None
        self._refusal = ""
        self._steps: tuple[Timed, ...] = ()
        """What steps have taken that were measured for an estimate."""
        self._asked: tuple[Project, ...] = ()
        self._chosen: Path | None = None
        """The sweep that the user wants to see; None for the newest."""
        self._looked: Looked | None = None
        self._settling, self._watching = QTimer(self), QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLED_MS)
        self._settling.timeout.connect(self._plan)
        self._watching.setInterval(LOOK_MS)
        self._watching.timeout.connect(self._read)
        FieldOffers(desk.window, self._offers)
        desk.trainer.state_changed.connect(self._follow_state)
        desk.files.opened.connect(self._forget)
        desk.steps_timed.connect(self._take_steps)
        desk.torch_loaded.connect(self._show_plan)

    def make_panel(self) -> SweepPanel:
        from widgets.sweeps.panel import SweepPanel

        panel = SweepPanel()
        panel.setup.changed.connect(self._settling.start)
        panel.begin_wished.connect(self._begin)
        panel.shown_wished.connect(self._show_other)
        panel.continue_wished.connect(self._go_on)
        panel.pause_wished.connect(self.desk.trainer.pause)
        panel.stop_wished.connect(self.desk.trainer.stop)
        panel.hold_wished.connect(self._hold)
        panel.take_wished.connect(self._take_over)
        panel.csv_wished.connect(self._copy_csv)
        panel.queue.order_wished.connect(self._order)
        panel.queue.left_out.connect(self._leave_out)
        panel.queue.curves_wished.connect(self._draw)
        ShowWatch(panel).seen.connect(self._see)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Sweep")
        return (
            Panel(
                "sweep",
                title,
                Place.MEASURED,
                self.late,
                on_demand=True,
                scrolls=True,
                least_width=LEAST_WIDTH,
            ),
        )

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.ABOVE, self.left_over),)

    def commands(self) -> tuple[MenuEntry, ...]:
        return (
            Command(
                "try-values",
                Section.RUN,
                self.tr("Try several &values of a setting…"),
                partial(self.desk.open_panel, "sweep"),
            ),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On the map of a sweep")
        return (
            Gesture(where, self.tr("Go to the next cell"), ("Left", "Right", "Up", "Down")),
            Gesture(where, self.tr("Choose the cell"), ("Return", "Enter", "Space"), self.tr("click")),
            Gesture(
                self.tr("On the title of a field"),
                self.tr("Try several values of it"),
                mouse=self.tr("click"),
            ),
        )

    def show_panel(self, panel: SweepPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "project", "selection"):
            self._settling.start()
        if new.news(old, "findings"):
            self._show_plan()

    def begin(self) -> None:
        self._look_for_rest()

    def close(self) -> None:
        self._settling.stop()
        self._watching.stop()
        for job in tuple(self._jobs.values()):
            job.close()

    def _do(self, name: str, work: Callable[[Task], Any], done: Callable[[Any], None]) -> None:
        """Has something done beside the window; what is going on under the same name is given up."""
        if (before := self._jobs.get(name)) is not None:
            before.cancel()
        job: Job[Any]
        refuse = self._refuse if name == "plan" else self.desk.say
        job = Job(work, done, refuse, owner=self, ended=lambda: self._end(name, job))
        self._jobs[name] = job
        job.start()

    def _end(self, name: str, job: Job[Any]) -> None:
        if self._jobs.get(name) is job:
            del self._jobs[name]

    # what is planned

    def _offers(self, values: tuple[msgspec.Struct, ...], name: str) -> tuple[Offer, ...]:
        """What the title of a field offers."""
        shown = self.desk.shown
        setting = setting_of(shown.project, values, name, shown.selected_nodes)
        if setting is None:
            return ()
        offers = [Offer(self.tr("Try several values…"), partial(self._try, setting.path))]
        if self.late.made is not None and (first := self.panel.setup.chosen()) not in ("", setting.path):
            words = self.tr("Try several values, together with “{setting}”…").format(
                setting=self.panel.setup.settings[0].currentText()
            )
            offers.append(Offer(words, partial(self._try, setting.path, beside=bool(first))))
        return tuple(offers)

    def _try(self, path: str, *, beside: bool = False) -> None:
        self.desk.open_panel("sweep")
        shown = self.desk.shown
        self.panel.setup.show_project(shown.project, shown.selected_nodes)
        self.panel.setup.choose(path, beside=beside)

    @Slot()
    def _see(self) -> None:
        """The panel came into sight."""
        self._plan()
        self._read()

    @Slot()
    def _plan(self) -> None:
        panel = self.late.made
        if panel is None or not panel.isVisible():
            return
        shown = self.desk.shown
        panel.setup.show_project(shown.project, shown.selected_nodes)
        wish = panel.setup.wish()
        assert wish is not None
        self._do("plan", partial(planned, shown.project, wish), self._take_plan)

    def _take_plan(self, found: Planned) -> None:
        self._planned, self._refusal = found, ""
        self._show_plan()

    def _refuse(self, reason: Message) -> None:
        self._planned, self._refusal = None, said(reason)
        self._show_plan()

    @Slot()
    def _show_plan(self) -> None:
        if (panel := self.late.made) is None:
            return
        planned, reason = self._planned, self._refusal
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
        self._show_plan()

    # what is trained

    @Slot()
    def _begin(self) -> None:
        planned = self._planned
        if planned is None or self.desk.trainer.busy:
            return
        self._do("begin", partial(made, self.desk.files.runs_folder(), planned), self._train)

    def _train(self, queue: Queue) -> None:
        self._chosen = queue.folder
        self.left_over.hide()
        self.desk.sweep_wished.emit(queue)
        self._read()

    @Slot()
    def _go_on(self) -> None:
        shown = None if self._looked is None else self._looked.shown
        if self.desk.trainer.state is State.PAUSED:
            self.desk.trainer.resume()
        elif shown is not None and not self.desk.trainer.busy:
            self._do("begin", partial(released, shown.queue), self._train)

    @Slot(bool)
    def _hold(self, held: bool) -> None:
        self._change(lambda queue: queue.pause(held))

    @Slot(object)
    def _order(self, numbers: Sequence[int]) -> None:
        self._change(lambda queue: queue.put_first(numbers))

    @Slot(object, bool)
    def _leave_out(self, numbers: Sequence[int], out: bool) -> None:
        self._change(lambda queue: queue.leave_out(numbers, out))

    def _change(self, change: Callable[[Queue], None]) -> None:
        """Changes the queue of the sweep that is shown."""
        if self._looked is not None and self._looked.shown is not None:
            queue = self._looked.shown.queue
            self._do("change", lambda _: change(queue), lambda _: self._read())

    @Slot()
    def _follow_state(self) -> None:
        if not self.desk.trainer.busy:
            self._asked = ()
        self._show_plan()
        self._show_looked()
        self._read()

    # what has come of it

    @Slot(str)
    def _show_other(self, folder: str) -> None:
        self._chosen = Path(folder)
        self._read()

    @Slot()
    def _forget(self) -> None:
        """Another project was opened."""
        self._chosen = self._looked = self._planned = None
        self._steps, self._asked = (), ()
        self.left_over.hide()
        if self.late.made is not None:
            self.panel.show_sweeps((), "")
            self.panel.show_results(None, "over")
        self._read()
        self._look_for_rest()

    @Slot()
    def _read(self) -> None:
        """Reads the sweeps of the project, unless nobody sees them."""
        panel = self.late.made
        if panel is None or not panel.isVisible():
            self._watching.stop()
            return
        known = None if self._looked is None else self._looked.shown
        if "read" not in self._jobs or self._chosen is not None:
            work = partial(looked_at, self.desk.files.runs_folder(), self._chosen, known)
            self._do("read", work, self._take_look)

    def _take_look(self, looked: Looked) -> None:
        self._looked = looked
        self._show_looked()

    def _show_looked(self) -> None:
        panel, looked = self.late.made, self._looked
        if panel is None or looked is None:
            return
        shown = looked.shown
        sweeps = [(str(folder), title) for folder, title in looked.sweeps]
        panel.show_sweeps(sweeps, "" if shown is None else str(shown.queue.folder))
        going = self._going(shown)
        panel.show_results(shown, going)
        if going in ("here", "paused here", "stopping", "elsewhere"):
            self._watching.start()
        else:
            self._watching.stop()

    def _going(self, shown: Results | None) -> Going:
        trainer = self.desk.trainer
        if shown is None:
            return "over"
        if trainer.queue is not None and trainer.queue.folder == shown.queue.folder:
            states: dict[State, Going] = {State.PAUSED: "paused here", State.STOPPING: "stopping"}
            return states.get(trainer.state, "here")
        if any(row.state == "running" for row in shown.rows):
            return "elsewhere"
        if not shown.left:
            return "over"
        if trainer.busy:
            return "busy"
        return "held" if shown.queue.paused else "waits"

    @Slot(object)
    def _take_over(self, at: tuple[int, ...]) -> None:
        """Gives the project a combination of values, as one step."""
        shown = None if self._looked is None else self._looked.shown
        if shown is None:
            return
        try:
            project = with_values(self.desk.shown.project, shown.queue.plan, at)
        except UserError as error:
            self.desk.say(error.reason, OUTCOME)
            return
        words = shown.words(at)
        if project == self.desk.shown.project:
            self.desk.say(self.tr("The project has {values} already.").format(values=words))
            return
        self.desk.document.edit(project, self.tr("Take over {values}").format(values=words))
        self.desk.say(self.tr("The project has {values} now.").format(values=words), OUTCOME)

    @Slot(object)
    def _draw(self, numbers: Sequence[int]) -> None:
        """Draws the curves of these runs, and no others."""
        shown = None if self._looked is None else self._looked.shown
        rows = () if shown is None else shown.rows
        folders = [row.run for row in rows if row.number in numbers and row.run is not None]
        for folder in folders:
            if self.desk.runs.kept.run_in(folder) is None:
                self.desk.runs.show_run(folder)
        found = (self.desk.runs.kept.run_in(folder) for folder in folders)
        self.desk.curves_wished.emit(tuple(run for run in found if run is not None))

    @Slot()
    def _copy_csv(self) -> None:
        from widgets.curves.export import copy_csv

        if self._looked is not None and self._looked.shown is not None:
            copy_csv(csv_text(self._looked.shown))
            self.desk.say(self.tr("The table of the sweep was copied as CSV."), OUTCOME)

    # what is left over

    def _look_for_rest(self) -> None:
        self._do("rest", partial(rest_of_sweeps, self.desk.files.runs_folder()), self._offer_rest)

    def _offer_rest(self, rest: tuple[Queue, int] | None) -> None:
        self._rest = None
        if rest is None or self.desk.trainer.busy:
            return
        self._rest, left = rest
        words = plural(
            "The sweep “{sweep}” was cut off: {count} run waits.",
            "The sweep “{sweep}” was cut off: {count} runs wait.",
            count=left,
            sweep=words_of(self._rest.folder),
        )
        self.left_over.offer(said(words), self.tr("Continue"), self.tr("Not now"))

    @Slot()
    def _go_on_with_rest(self) -> None:
        if self._rest is not None and not self.desk.trainer.busy:
            self.desk.open_panel("sweep")
            self._train(self._rest)
