"""The panel of the loss, and the batch of the running training on its curve."""

from __future__ import annotations

from PySide6.QtCore import Slot

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.shown import Shown
from app.training.trainer import State
from networks.runs.glance import Glance
from widgets.panels.loss.panel import LossPanel


class LossFunction(Feature):
    """Edits the loss and shows what it makes of the last batch; asks for batches only while it is seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.panel = LossPanel()
        self._glance: Glance | None = None
        self.panel.edited.connect(desk.edit_recipe)
        self.panel.mended.connect(desk.mend)
        compared = desk.settings.read().compared_losses
        if compared is not None:
            self.panel.comparison.show_chosen(compared)
        self.panel.comparison.chosen.connect(self._remember)
        desk.recorded.connect(self.look)
        desk.trainer.state_changed.connect(self.look)

    def panels(self) -> tuple[Panel, ...]:
        return (Panel("loss", self.tr("Loss"), Place.MEASURED, self.panel, scrolls=True, seen=self.look),)

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On the plot of the loss")
        words = self.tr("Tell of the next image of the batch")
        return (Gesture(where, words, ("Left", "Right"), self.tr("point at it")),)

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "classes"):
            self.panel.show_recipe(new.recipe, new.recipe.data.dataset.classes)
        if new.news(old, "recipe", "network", "classes", "findings"):
            self.panel.show_fit(new.network, new.report, new.findings)

    @Slot(object)
    def _remember(self, names: tuple[str, ...]) -> None:
        self.desk.settings.change_soon(compared_losses=names)

    @Slot()
    def look(self) -> None:
        """Shows the newest batch, and asks for the next one."""
        trainer = self.desk.trainer
        run = trainer.run
        glance = None
        if run is not None:
            at_rest = trainer.state in (State.IDLE, State.PAUSED)
            glance = run.watch.look() if at_rest and self.panel.isVisible() else run.watch.glance
            run.watch.wished = self.panel.isVisible()
        if glance is self._glance:
            return
        self._glance = glance
        project = trainer.project or self.desk.shown.project
        title = next((record.title for record in reversed(self.desk.shown.records)), "")
        self.panel.show_glance(glance, project.recipe.learning.loss, title)
