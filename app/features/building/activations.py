"""The panel of the activation functions of the whole network, or of what is selected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot

from app.feature.desk import Desk
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.probing.sight import Sight
from networks.graph.network import Network
from networks.layers.activation import Activation
from widgets.controls.section import ShowWatch
from widgets.look.translation import declared

if TYPE_CHECKING:
    from widgets.panels.activation_panel import ActivationPanel


class Activations(PanelFeature["ActivationPanel"]):
    """Changes all activation functions in one step."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._summed_up: tuple[Network, str] | None = None
        desk.probing.changed.connect(self._show_coming)
        desk.probing.watched.connect(self._show_coming)

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "activation",
                self.tr("Activation"),
                Place.INSPECTOR,
                self.late,
                icon="group-activation",
                rank=40,
                summary=self._summary,
            ),
        )

    def _summary(self, shown: Shown) -> str:
        """The functions of the network, the most frequent one first."""
        network = shown.network
        # asked for with everything that is shown anew; the network is the same most times
        if self._summed_up is None or self._summed_up[0] is not network:
            layers = [node.layer for node in network.nodes if isinstance(node.layer, Activation)]
            counts = Counter(type(layer) for layer in layers if layer.elementwise)
            words = ", ".join(declared(kind.name()) for kind, _ in counts.most_common())
            self._summed_up = network, words
        return self._summed_up[1]

    def make_panel(self) -> ActivationPanel:
        from widgets.panels.activation_panel import ActivationPanel

        panel = ActivationPanel()
        panel.edited.connect(self.desk.edit_network)
        panel.drawn.connect(self._watch)
        ShowWatch(panel).seen.connect(self._watch, Qt.ConnectionType.QueuedConnection)
        return panel

    # what comes into the drawn function, while something else has the probe on

    @Slot()
    def _watch(self) -> None:
        panel = self.late.made
        name = panel.drawn_layer if panel is not None and panel.isVisible() else ""
        self.desk.probing.watch("activation", Sight(spread=name) if name else None)
        self._show_coming()

    @Slot()
    def _show_coming(self) -> None:
        if (panel := self.late.made) is not None:
            seen = self.desk.probing.seen
            panel.show_coming(None if seen is None else seen.xray.coming)

    def show_panel(self, panel: ActivationPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "folding", "selection"):
            panel.show_network(new.network, new.selected_nodes)
