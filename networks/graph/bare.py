"""A network without its marks: what decides whose weights fit."""

from __future__ import annotations

from msgspec.structs import replace

from networks.graph.network import Network, Node


def bare(network: Network) -> tuple[Node, ...]:
    """The nodes without folds and freezing, which change neither weights nor scores."""
    return tuple(replace(node, fold="", frozen=False) for node in network.nodes)
