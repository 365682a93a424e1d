"""The panel of the activation functions of the whole network, or of what is selected."""

from __future__ import annotations

from collections import Counter

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Panel, Place
from app.feature.shown import Shown
from widgets.look.translation import declared
from widgets.panels.activation_panel import CHOICES, ActivationPanel


class Activations(Feature):
    """Changes all activation functions in one step."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.panel = ActivationPanel()
        self.panel.edited.connect(desk.edit_network)

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "activation",
                self.tr("Activation"),
                Place.INSPECTOR,
                self.panel,
                icon="group-activation",
                rank=40,
                summary=self._summary,
            ),
        )

    def _summary(self, shown: Shown) -> str:
        """The functions of the network, the most frequent one first."""
        layers = (node.layer for node in shown.network.nodes)
        counts = Counter(type(layer) for layer in layers if isinstance(layer, CHOICES))
        return ", ".join(declared(kind.name()) for kind, _ in counts.most_common())

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "folding", "selection"):
            self.panel.show_network(new.network, new.selected_nodes)
