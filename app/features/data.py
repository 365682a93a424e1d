"""The panel of the images that the network learns from."""

from __future__ import annotations

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Panel, Place
from app.feature.shown import Shown
from networks.layers.ends import Input
from widgets.look.translation import declared
from widgets.panels.data_panel import DataPanel


class Data(Feature):
    """Edits which images there are, and shows them at the size that the Input asks for."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.panel = DataPanel()
        self.panel.edited.connect(desk.edit_recipe)
        desk.start_wished.connect(self.panel.give_up)
        desk.document.loaded.connect(self.panel.give_up)

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "data",
                self.tr("Data"),
                Place.INSPECTOR,
                self.panel,
                icon="images",
                rank=20,
                folded=True,
                summary=self._summary,
            ),
        )

    def _summary(self, shown: Shown) -> str:
        data = shown.recipe.data
        words = self.tr("{dataset}, {share} held back")
        return words.format(dataset=declared(data.dataset.title), share=f"{data.validation:.0%}")

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "network"):
            inputs = [node.layer for node in new.network.nodes if isinstance(node.layer, Input)]
            size = (inputs[0].channels, *inputs[0].size) if inputs else None
            self.panel.show_recipe(new.recipe, size)
