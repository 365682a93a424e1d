"""The same first weights for two networks, where they share layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from networks.core.message import Message, message, plural
from networks.graph.network import Network
from networks.training.engine.run import Run

Weights: TypeAlias = Mapping[str, Tensor]

_NAMED = 6
"""How many layers are named; a sentence counts the others."""


class Shared(NamedTuple):
    """The layers of a twin that begin with the other's weights, and those that begin with their own."""

    same: tuple[str, ...]
    own: tuple[str, ...]

    def sentence(self) -> Message:
        """Says how many layers begin with the same weights, and which do not."""
        count = len(self.same) + len(self.own)
        if not self.own:
            return plural(
                "Both begin with the same weights in the only layer that has some.",
                "Both begin with the same weights in all {count} layers that have some.",
                count=count,
            )
        names = ", ".join(self.own[:_NAMED])
        if len(self.own) > _NAMED:
            names += ", …"
        if not self.same:
            return message("Both begin with weights of their own: {names}.", names=names)
        return message(
            "Both begin with the same weights in {same} of {count} layers, and with weights of their own in "
            "{names}.",
            same=len(self.same),
            count=count,
            names=names,
        )


def share_first_weights(run: Run, twin: Run) -> Shared:
    """Gives a twin the first weights of the other run, layer by layer; both before their first step.

    Layers share their weights where they have the same name and all their tensors the same shapes. A layer
    keeps what it begins with where that is no luck but a setting that was changed, such as the first slope of
    PReLU; all layers do so where the recipes begin with other published weights.
    """
    ours, theirs = run.weights(), twin.weights()
    layers = _layers(theirs, twin.project.network)
    published = run.project.recipe.learning.start, twin.project.recipe.learning.start
    same = [
        layer
        for layer, names in layers.items()
        if published[0] == published[1] and _shared(layer, names, run, twin, ours, theirs)
    ]
    taken = {name for layer in same for name in layers[layer]}
    merged = {name: ours[name] if name in taken else tensor for name, tensor in theirs.items()}
    if not all(torch.equal(merged[name], theirs[name]) for name in theirs):
        # where all were drawn alike, the run is that of its seed, and nothing more is to be kept of it
        twin.state.restore_weights(merged)
        twin.first_weights = merged
    return Shared(tuple(same), tuple(layer for layer in layers if layer not in same))


def _layers(weights: Weights, network: Network) -> dict[str, list[str]]:
    """The names of the tensors of each layer."""
    layers: dict[str, list[str]] = {}
    for name in weights:
        owner = name
        while owner and owner not in network:
            owner = owner.rpartition(".")[0]
        layers.setdefault(owner or name, []).append(name)
    return layers


def _shared(layer: str, names: list[str], run: Run, twin: Run, ours: Weights, theirs: Weights) -> bool:
    if not all(name in ours and ours[name].shape == theirs[name].shape for name in names):
        return False
    if all(torch.equal(ours[name], theirs[name]) for name in names):
        return True
    networks = run.project.network, twin.project.network
    equal = all(layer in network for network in networks) and (
        networks[0][layer].layer == networks[1][layer].layer
    )
    return equal or any(_varies(theirs[name]) for name in names)


def _varies(tensor: Tensor) -> bool:
    """Whether its numbers differ, as drawn ones do; settings such as a first slope fill all of it alike."""
    return bool((tensor != tensor.flatten()[0]).any())
