"""The panel of the activation functions of the whole network, or of what is selected."""

from __future__ import annotations

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Panel, Place
from app.feature.shown import Shown
from widgets.panels.activation_panel import ActivationPanel


class Activations(Feature):
    """Changes all activation functions in one step."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.panel = ActivationPanel()
        self.panel.edited.connect(desk.edit_network)

    def panels(self) -> tuple[Panel, ...]:
        return (Panel("activation", self.tr("Activation"), Place.TOP, self.panel, scrolls=True),)

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "folding", "selection"):
            self.panel.show_network(new.network, new.selected_nodes)
