"""Sums up the norms of single tensors to those of their layers."""

from __future__ import annotations

from collections.abc import Iterable

from networks.graph.network import Network
from networks.runs.gradient_flow import Pull


def layer_of(network: Network, path: str) -> str:
    """The layer in whose module a tensor with this path lies; empty where there is none."""
    while path and path not in network:
        path = path.rpartition(".")[0]
    return path


def pulls_of(network: Network, squares: Iterable[tuple[str, float, float]]) -> dict[str, Pull]:
    """By layer: the norms of the gradient and of the weights, biases included, from the input on.

    `squares` has the path of each tensor, and the squares of both norms.
    """
    sums: dict[str, tuple[float, float]] = {}
    for path, gradient, weight in squares:
        name = layer_of(network, path)
        before = sums.get(name, (0.0, 0.0))
        sums[name] = before[0] + gradient, before[1] + weight
    order = [name for name in network.order if name in sums]
    return {name: Pull(sums[name][0] ** 0.5, sums[name][1] ** 0.5) for name in order}
