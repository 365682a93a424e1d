"""Edits that mend what was found: of the network, or of the recipe."""

from __future__ import annotations

from msgspec.structs import replace

from networks.core.finding import Mend
from networks.core.message import message
from networks.graph.edits import insert, remove, rewired, set_layers
from networks.graph.network import Network, Wire
from networks.layers.base import Layer
from networks.layers.regularization import Dropout
from networks.project.project import Project
from networks.recipes.losses import Loss
from networks.recipes.recipe import with_settings


class Bypass(Mend, frozen=True):
    """Takes away the layers before these wires; a layer that others need, too, stays for them."""

    wires: tuple[Wire, ...]

    def applied(self, project: Project) -> Project:
        network = project.network
        for wire in self.wires:
            if len(network.consumers[wire.source]) == 1:
                network = remove(network, [wire.source])
            else:
                (before,) = network[wire.source].inputs
                network = network.with_nodes(rewired(network.nodes, wire, before))
        return replace(project, network=network)


class Add(Mend, frozen=True):
    """Puts a layer onto each of these wires."""

    wires: tuple[Wire, ...]
    layer: Layer

    def applied(self, project: Project) -> Project:
        network = project.network
        for wire in self.wires:
            network, _ = insert(network, self.layer, wire)
        return replace(project, network=network)


class Exchange(Mend, frozen=True):
    """Puts another layer in place of each of these."""

    names: tuple[str, ...]
    layer: Layer

    def applied(self, project: Project) -> Project:
        layers = dict.fromkeys(self.names, self.layer)
        return replace(project, network=set_layers(project.network, layers))


class ChooseLoss(Mend, frozen=True):
    """Trains with another loss."""

    loss: Loss

    def applied(self, project: Project) -> Project:
        return replace(project, recipe=with_settings(project.recipe, loss=self.loss))


def adds_dropout(network: Network) -> Add | None:
    """Puts a Dropout where it usually stands: before the last layer with weights, if there is one."""
    weighty = [name for name in network.order if network[name].layer.counts_in_depth]
    wire = next((each for each in network.wires if weighty and each.target == weighty[-1]), None)
    if wire is None:
        return None
    words = message("Add a {layer} before “{name}”", layer=Dropout.name(), name=wire.target)
    return Add(words, (wire,), Dropout())
