"""Sweeps: several values of one or two settings, trained one after the other, and the best taken over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Slot

from app.background.job import Job, Task
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import OUTCOME, Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Piece, Place, Spot
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.runs.sweep_elsewhere import PROCESSES, SweepElsewhere
from app.features.runs.sweep_plans import SweepPlans
from app.features.runs.sweep_work import Looked, looked_at, made, released, rest_of_sweeps
from app.session.own_command import own_command
from app.training.trainer import State
from networks.core.message import Message, UserError, plural
from networks.project.sweeping import with_values
from networks.runs.kept.folders import words_of
from networks.runs.sweeps.queue import Queue
from networks.runs.sweeps.results import Results, csv_text
from widgets.controls.offer_bar import OfferBar
from widgets.controls.section import ShowWatch
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.runs.sweeps.panel import Going, SweepPanel

LEAST_WIDTH = 340
LOOK_MS = 1000
"""How often the files of a sweep that goes on are looked at."""


class Sweeps(PanelFeature["SweepPanel"]):
    """Plans a sweep, has it trained, shows what comes of it, and offers to go on where it was cut off."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.left_over = OfferBar()
        """Offers to go on with a sweep that waits when a project is opened."""
        self.left_over.accepted.connect(self._go_on_with_rest)
        self._rest: Queue | None = None
        self._jobs: dict[str, Job[Any]] = {}
        self.plans = SweepPlans(desk, self.late, self._do)
        self._chosen: Path | None = None
        """The sweep that the user wants to see; None for the newest."""
        self._looked: Looked | None = None
        self.elsewhere = SweepElsewhere(desk, own_command(), self)
        self.elsewhere.processes.changed.connect(self._follow_state)
        self._watching = QTimer(self)
        self._watching.setInterval(LOOK_MS)
        self._watching.timeout.connect(self._read)
        desk.trainer.state_changed.connect(self._follow_state)
        desk.files.opened.connect(self._forget)

    def make_panel(self) -> SweepPanel:
        from widgets.runs.sweeps.panel import SweepPanel

        panel = SweepPanel()
        panel.setup.changed.connect(self.plans.settling.start)
        panel.begin_wished.connect(self._begin)
        panel.shown_wished.connect(self._show_other)
        panel.continue_wished.connect(self._go_on)
        panel.pause_wished.connect(self.desk.trainer.pause)
        panel.stop_wished.connect(self._stop)
        panel.elsewhere_wished.connect(self._send_elsewhere)
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
            self.plans.settling.start()
        if new.news(old, "recipe", "devices"):
            panel.show_gpus(_gpus(new))
        if new.news(old, "findings"):
            self.plans.show()

    def begin(self) -> None:
        self._look_for_rest()

    def close(self) -> None:
        self.plans.settling.stop()
        self.elsewhere.close()
        self._watching.stop()
        for job in tuple(self._jobs.values()):
            job.close()

    def _do(
        self,
        name: str,
        work: Callable[[Task], Any],
        done: Callable[[Any], None],
        refuse: Callable[[Message], None] | None = None,
    ) -> None:
        """Has something done beside the window; what is going on under the same name is given up."""
        if (before := self._jobs.get(name)) is not None:
            before.cancel()
        job: Job[Any]
        job = Job(work, done, refuse or self.desk.say, owner=self, ended=lambda: self._end(name, job))
        self._jobs[name] = job
        job.start()

    def _end(self, name: str, job: Job[Any]) -> None:
        if self._jobs.get(name) is job:
            del self._jobs[name]

    @Slot()
    def _see(self) -> None:
        """The panel came into sight."""
        self.plans.plan()
        self._read()

    # what is trained

    @Slot()
    def _begin(self) -> None:
        planned = self.plans.planned
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

    @Slot()
    def _stop(self) -> None:
        shown = None if self._looked is None else self._looked.shown
        if shown is not None and self.elsewhere.processes.folder == shown.queue.folder:
            self.elsewhere.processes.stop()
        else:
            self.desk.trainer.stop()

    @Slot(str, int, bool)
    def _send_elsewhere(self, kind: str, count: int, new: bool) -> None:
        """Has the sweep that is set up, or the one that is shown, trained elsewhere."""
        if (do := self.elsewhere.asked(kind, count)) is None:
            return
        if new and (planned := self.plans.planned) is not None:
            work: Callable[[Task], Queue] = partial(made, self.desk.files.runs_folder(), planned)
        elif not new and self._looked is not None and (shown := self._looked.shown) is not None:
            queue = shown.queue
            # commands for later leave a sweep held that is
            work = partial(released, queue) if kind == PROCESSES else lambda _: queue
        else:
            return
        self._do("begin", work, partial(self._hand_over, do))

    def _hand_over(self, do: Callable[[Queue], None], queue: Queue) -> None:
        self._chosen = queue.folder
        self.left_over.hide()
        do(queue)
        self._read()

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
        self.plans.rest()
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
        self._chosen = self._looked = None
        self.plans.forget()
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
        if going in ("here", "paused here", "stopping", "processes", "elsewhere"):
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
        if self.elsewhere.processes.folder == shown.queue.folder:
            return "processes"
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


def _gpus(shown: Shown) -> tuple[str, ...]:
    """The GPUs on which the project may be trained here; none as long as torch is not loaded."""
    if shown.devices is None or shown.recipe.machine.device != "cuda":
        return ()
    from networks.training.machine.devices import gpus

    return gpus()
