"""One training step, seen: trains exactly one batch, and tells what it did."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.background.job import Task
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import LASTING, Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.probing.sight import Sight
from app.probing.sources import Source
from app.training.memory import lean_memory
from networks.core.finding import blocking
from networks.core.message import Message, visible
from networks.explanations.traces.step import SeenStep, beyond_memory, bytes_of_story
from networks.xray.probe import DataPicture
from widgets.controls.section import ShowWatch
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.insight.looker import Looker
    from networks.insight.pictures import Pictures
    from widgets.inside.backward.panel import BackwardPanel

HOLDER = "step"
"""Under this name it holds memory."""


class OneStep(PanelFeature["BackwardPanel"]):
    """Asks for a step of the run that there is, or of a new one, and shows its story."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._seen: SeenStep | None = None
        self._names: tuple[str, ...] = ()
        self._problem: Message | None = None
        self._alone = False
        """Whether a copy is to learn from the probe as soon as that is ready."""
        self._coming = False
        """Whether there is something new to tell, which waits for its turn."""
        desk.probing.changed.connect(self._try)
        desk.trainer.step_seen.connect(self._take)
        desk.trainer.state_changed.connect(self._show_reason)
        desk.files.opened.connect(self._forget)
        desk.probing.budget.join(HOLDER, self._let_go)

    def make_panel(self) -> BackwardPanel:
        from widgets.inside.backward.panel import BackwardPanel

        panel = BackwardPanel()
        panel.step_wished.connect(self.step)
        panel.alone_wished.connect(self.step_alone)
        panel.origin_wished.connect(self.desk.gradient_of_step_wished)
        panel.layer_reached.connect(self._reveal)
        panel.way_reached.connect(self._light)
        ShowWatch(panel).seen.connect(self._light)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (self.as_room("one_step", self.tr("Step"), 1140),)

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("One s&tep, and see what it does")
        return (
            Command(
                "step", Section.RUN, title, self.step, ("Ctrl+Shift+E",), why_not=lambda _: self.reason()
            ),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        story, rows = self.tr("On a story that is played"), self.tr("On the gradient's way down")
        weight, losses = self.tr("On the weights of a step"), self.tr("On the losses of a batch")
        sideways = ("Left", "Right")
        return (
            Gesture(story, self.tr("Play or pause"), ("Space",)),
            Gesture(story, self.tr("One step back or on"), sideways, self.tr("click")),
            Gesture(story, self.tr("To the beginning or the end"), ("Home", "End")),
            Gesture(rows, self.tr("Go to another layer"), ("Up", "Down", "PgUp", "PgDown"), self.tr("click")),
            Gesture(
                rows,
                self.tr("See where its largest gradient comes from"),
                ("Return", "Enter"),
                self.tr("double-click"),
            ),
            Gesture(weight, self.tr("Go to another weight"), (*sideways, "Up", "Down"), self.tr("click")),
            Gesture(weight, self.tr("Go to the kernel of another map"), ("PgUp", "PgDown")),
            Gesture(weight, self.tr("Go to another filter"), ("Ctrl+PgUp", "Ctrl+PgDown")),
            Gesture(
                losses, self.tr("Follow another picture"), (*sideways, "PgUp", "PgDown"), self.tr("click")
            ),
        )

    def show_panel(self, panel: BackwardPanel, old: Shown | None, new: Shown) -> None:
        if old is None:
            self._show_story(panel)
        if new.news(old, "findings"):
            self._show_reason()

    def reason(self) -> str:
        """Why no step can be made now; empty if one can."""
        trainer, found = self.desk.trainer, blocking(self.desk.shown.findings)
        if trainer.comparing:
            return self.tr("Twins are being trained: stop them first, or wait until they end.")
        if trainer.busy and not trainer.paused:
            return self.tr("A run is in progress: pause or stop it first.")
        if not trainer.busy and found:
            return said(found[0].sentence)
        return ""

    @Slot()
    def step(self) -> None:
        """Trains exactly one batch of the run that there is, or of a new one."""
        if reason := self.reason():
            self.desk.say(reason, LASTING)
            return
        if not self._has_room():
            return
        self.desk.step_wished.emit()

    @Slot()
    def step_alone(self) -> None:
        """Lets a copy of the network learn from the probe alone, with the weights that are looked at."""
        self._alone = True
        self.desk.probing.watch(HOLDER, Sight())
        self._try()

    @Slot()
    def _try(self) -> None:
        """Makes the step that is wished for as soon as the probe is ready; says why it is not yet."""
        probing, project = self.desk.probing, self.desk.shown.project
        if not self._alone:
            return
        ready = probing.ready
        if ready is None:
            if probing.reason is not None:
                self.desk.say(probing.reason, LASTING)
            return
        needed = bytes_of_story(project.network, self.desk.shown.report, 1)
        row = ready.probe.row if isinstance(ready.probe, DataPicture) else -1
        work = partial(_stepped_alone, probing.sources.source(project, probing.options), row)
        if not probing.budget.ask(HOLDER, needed):
            self._alone = False
            self._take(beyond_memory(needed, probing.budget.most, 1))
        elif probing.borrow(HOLDER, work, self._take, self._take):
            self._alone = False

    def _has_room(self) -> bool:
        """Whether the story of a step may take the memory that it needs; says why, where it may not."""
        shown, budget = self.desk.shown, self.desk.probing.budget
        project = shown.project if self.desk.trainer.run is None else self.desk.trainer.run.project
        batch = project.recipe.learning.batch_size
        needed = bytes_of_story(project.network, shown.report, batch)
        if project.network == shown.network and not budget.ask(HOLDER, needed):
            self._take(beyond_memory(needed, budget.most, batch))
            return False
        return True

    def _let_go(self) -> None:
        """Others need the memory of the story; whoever looks at it keeps it."""
        if self.late.made is None or not self.late.made.isVisible():
            self._forget()

    @Slot(object)
    def _take(self, found: SeenStep | Message) -> None:
        self.desk.probing.watch(HOLDER, None)
        if isinstance(found, SeenStep):
            run = self.desk.trainer.run
            classes = self.desk.shown.project if run is None else run.project
            self._seen, self._problem = found, None
            self.desk.probing.budget.hold(HOLDER, found, found.trace)
            self._names = tuple(visible(name, 40) for name in classes.recipe.data.dataset.classes)
        else:
            self._seen, self._problem = None, found
            self.desk.probing.budget.free(HOLDER)
            self.desk.say(found)
        # it comes with all else that a step has changed, and each of these takes a while
        self._coming = True
        for do in (self._tell, self._open):
            self.desk.turns.add(do)

    def _tell(self) -> None:
        assert self.panel

    def _open(self) -> None:
        self.desk.open_panel("one_step")

    @Slot()
    def _catch_up(self) -> None:
        super()._catch_up()
        if self._coming and self.late.made is not None:
            self._show_story(self.late.made)

    def _show_story(self, panel: BackwardPanel) -> None:
        self._coming = False
        note = "" if self._problem is None else said(self._problem)
        panel.show_step(self._seen, self._names, note)
        self._show_reason()

    @Slot()
    def _show_reason(self) -> None:
        if self.late.made is not None:
            self.late.made.show_reason(self.reason())

    @Slot()
    def _light(self) -> None:
        """Has the cards stand out that the story has come through."""
        panel = self.late.made
        self.desk.light(HOLDER, panel.way if panel is not None and panel.isVisible() else None)

    @Slot(str)
    def _reveal(self, layer: str) -> None:
        """Brings the layer into view, as long as the canvas still shows that network."""
        if layer in self.desk.shown.network:
            self.desk.reveal(layer)

    @Slot()
    def _forget(self) -> None:
        self._seen = self._problem = None
        self.desk.probing.budget.free(HOLDER)
        if self.late.made is not None:
            self._show_story(self.late.made)


def _stepped_alone(source: Source, row: int, looker: Looker, pictures: Pictures, _: Task) -> SeenStep:
    """In the job's thread. A run's optimizer is copied as well, where its weights of now are looked at."""
    from networks.insight.trial import step_of_looker, step_of_run

    with lean_memory():
        if source.run is not None and source.which == "now":
            return step_of_run(source.run, pictures, row)
        return step_of_looker(looker, pictures, row)
