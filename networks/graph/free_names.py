"""Names for new nodes and folds that a network does not have yet."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from networks.graph.network import RESERVED, Network
from networks.layers.base import Layer

LONGEST_STEM = 56
"""Leaves room for a number within the 64 characters of a name."""


def free_name(
    network: Network, layer: Layer, taken: Collection[str] = (), start: int = 1, within: str = ""
) -> str:
    """A name for a new node, such as `conv3`; a single Input or Output has no number.

    Numbers below `start` are known to be taken. `within` is the path in front of it, such as `layer1.0`.
    """
    stem = f"{within}.{layer.stem}" if within else layer.stem
    if stem in ("input", "output") and stem not in network and stem not in taken:
        return stem
    return next(
        name for name in (f"{stem}{number}" for number in count(start)) if is_free(network, name, taken)
    )


def free_fold(network: Network, stem: str, taken: Collection[str] = (), start: int = 1) -> str:
    """A name for a new fold, such as `residual3`, which can be the path of its nodes, too.

    Numbers below `start` are known to be taken.
    """
    stem = stem[:LONGEST_STEM]
    return next(
        name for name in (f"{stem}{number}" for number in count(start)) if is_free(network, name, taken)
    )


def is_free(network: Network, name: str, taken: Collection[str]) -> bool:
    """Whether no node, fold or path of the network has this name, and it is neither taken nor reserved."""
    known = (network.by_name, network.by_fold, network.holders, taken, RESERVED)
    return not any(name in names for names in known)


def path_of(network: Network, fold: str) -> str:
    """The longest path that all nodes of a fold share; empty where they share none, or there is no fold."""
    if not fold or not network.folded[fold]:
        return ""
    parts = [name.split(".")[:-1] for name in network.folded[fold]]
    shared = parts[0]
    for other in parts[1:]:
        same = 0
        while same < min(len(shared), len(other)) and shared[same] == other[same]:
            same += 1
        shared = shared[:same]
    return ".".join(shared)
