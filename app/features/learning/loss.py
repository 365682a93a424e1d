"""The panel of the loss, and the batch of the running training on its curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.training.trainer import State
from networks.runs.glance import Glance
from widgets.controls.section import ShowWatch

if TYPE_CHECKING:
    from widgets.panels.loss.panel import LossPanel


class LossFunction(PanelFeature["LossPanel"]):
    """Edits the loss and shows what it makes of the last batch; asks for batches only while it is seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._glance: Glance | None = None
        desk.recorded.connect(self.look)
        desk.trainer.state_changed.connect(self.look)

    def make_panel(self) -> LossPanel:
        from widgets.panels.loss.panel import LossPanel

        panel = LossPanel()
        panel.edited.connect(self.desk.edit_recipe)
        panel.mended.connect(self.desk.mend)
        compared = self.desk.settings.read().compared_losses
        if compared is not None:
            panel.losses.show_chosen(compared)
        panel.losses.chosen.connect(self._remember)
        ShowWatch(panel).seen.connect(self.look)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (Panel("loss", self.tr("Loss"), Place.MEASURED, self.late, scrolls=True),)

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On the plot of the loss")
        words = self.tr("Tell of the next image of the batch")
        return (Gesture(where, words, ("Left", "Right"), self.tr("point at it")),)

    def show_panel(self, panel: LossPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "classes"):
            panel.show_recipe(new.recipe, new.recipe.data.dataset.classes)
        if new.news(old, "recipe", "network", "classes", "findings"):
            panel.show_fit(new.network, new.report, new.findings)

    @Slot(object)
    def _remember(self, names: tuple[str, ...]) -> None:
        self.desk.settings.change_soon(compared_losses=names)

    @Slot()
    def look(self) -> None:
        """Shows the newest batch, and asks for the next one."""
        panel, trainer = self.late.made, self.desk.trainer
        if panel is None:
            return
        run = trainer.run
        glance = None
        if run is not None:
            at_rest = trainer.state in (State.IDLE, State.PAUSED)
            glance = run.watch.look() if at_rest and panel.isVisible() else run.watch.glance
            run.watch.wished = panel.isVisible()
        if glance is self._glance:
            return
        self._glance = glance
        project = trainer.project or self.desk.shown.project
        title = next((record.title for record in reversed(self.desk.shown.records)), "")
        panel.show_glance(glance, project.recipe.learning.loss, title)
