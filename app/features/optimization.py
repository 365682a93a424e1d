"""The panel of how the network learns: optimizer, loss and the settings of a run."""

from __future__ import annotations

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Panel, Place
from app.feature.shown import Shown
from widgets.panels.optimizer_panel import OptimizerPanel


class Optimization(Feature):
    """Edits the recipe, but for the data."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.panel = OptimizerPanel()
        self.panel.edited.connect(desk.edit_recipe)

    def panels(self) -> tuple[Panel, ...]:
        return (Panel("training", self.tr("Training"), Place.INSPECTOR, self.panel, icon="sliders", rank=10),)

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "devices"):
            self.panel.show_recipe(new.recipe, new.devices)
