"""Which layers of two networks differ: those of only one of them, and those that are not the same in both."""

from __future__ import annotations

from networks.graph.network import Network


def differing(one: Network, other: Network) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the layers of each network that the other lacks, or has with other values or inputs."""
    changed = {
        name
        for name in one.by_name.keys() & other.by_name.keys()
        if (one[name].layer, one[name].inputs, one[name].frozen)
        != (other[name].layer, other[name].inputs, other[name].frozen)
    }
    return (
        frozenset(changed | (one.by_name.keys() - other.by_name.keys())),
        frozenset(changed | (other.by_name.keys() - one.by_name.keys())),
    )
