"""How deep a network is: the layers with weights on the longest path from the images to the scores."""

from __future__ import annotations

import msgspec

from networks.graph.network import Network
from networks.graph.walk import reached
from networks.layers.base import Group
from networks.layers.ends import Output
from networks.layers.merge import Add


class Depth(msgspec.Struct, frozen=True):
    """Layers with weights, counted as the papers count: ResNet-50 has 49 convolutions and one linear layer.

    `projections` are the layers with weights on shortcuts; they do not count in the depth.
    """

    convolutions: int = 0
    linear: int = 0
    projections: int = 0

    @property
    def layers(self) -> int:
        """The number that networks are named after, such as 50."""
        return self.convolutions + self.linear


def depth(network: Network) -> Depth:
    """The depth along the main path: the one with the most layers with weights.

    Of equally long paths the one through the first inputs is taken. Auxiliary outputs do not count. Without a
    path to an Output the depth is 0. Takes under a millisecond for ResNet-152.
    """
    path = main_path(network)
    counted = [layer for layer in (network[name].layer for name in path) if layer.counts_in_depth]
    convolutions = sum(layer.group is Group.CONVOLUTION for layer in counted)
    return Depth(convolutions, len(counted) - convolutions, len(_projections(network, path)))


def main_path(network: Network) -> tuple[str, ...]:
    """The names of the layers on the main path, from the first to the Output; empty where there is none."""
    longest: dict[str, int] = {}
    before: dict[str, str] = {}
    for name in network.order:
        node = network[name]
        if node.inputs:
            # of equally long ones the first
            before[name] = max(node.inputs, key=longest.__getitem__)
        longest[name] = node.layer.counts_in_depth + (longest[before[name]] if node.inputs else 0)
    ends = [node.name for node in network.of_type(Output) if node.name in longest]
    if not ends:
        return ()
    path = [max(ends, key=longest.__getitem__)]
    while path[-1] in before:
        path.append(before[path[-1]])
    return tuple(reversed(path))


def _projections(network: Network, path: tuple[str, ...]) -> frozenset[str]:
    """The single layers with weights on paths that leave the main path and rejoin it in an Add."""
    main = set(path)
    found: set[str] = set()
    for name in path:
        if isinstance(network[name].layer, Add):
            for source in network[name].inputs:
                weighted = [
                    each for each in _aside(network, source, main) if network[each].layer.counts_in_depth
                ]
                if len(weighted) == 1:
                    found.update(weighted)
    return frozenset(found)


def _aside(network: Network, name: str, main: set[str]) -> frozenset[str]:
    """This layer and all before it, as far as the main path, which is not included."""
    return reached([name], lambda name: () if name in main else network[name].inputs) - main
