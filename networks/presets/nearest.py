"""Which preset a network is, or was made from."""

from __future__ import annotations

from functools import cache

from networks.graph.network import Network
from networks.layers.base import Group
from networks.presets.base import Preset
from networks.presets.catalog import PRESETS

ALIKE = 0.5
"""The share of layers with the same name and type, among those of both, from which on one is called by it."""

Fingerprint = frozenset[tuple[str, str | Group]]


def nearest(network: Network) -> Preset | None:
    """The preset with which the network shares most names and types of layers; None if they are too few."""
    own = _fingerprint(network)
    likeness = {preset.name: _jaccard(own, _of_preset(preset.name)) for preset in PRESETS}
    best = max(PRESETS, key=lambda preset: (likeness[preset.name], _presets()[preset.name] == network))
    return best if likeness[best.name] >= ALIKE else None


def alike(one: Network, other: Network) -> bool:
    """Whether one of two networks may have been made from the other.

    By the names of the layers and their groups: with another activation it is the same network still.
    """
    return _jaccard(_by_group(one), _by_group(other)) >= ALIKE


def network_of(preset: Preset) -> Network:
    """The preset's network, made once."""
    return _presets()[preset.name]


def _fingerprint(network: Network) -> Fingerprint:
    return frozenset((node.name, type(node.layer).__name__) for node in network.nodes)


def _by_group(network: Network) -> Fingerprint:
    return frozenset((node.name, node.layer.group) for node in network.nodes)


@cache
def _of_preset(name: str) -> Fingerprint:
    return _fingerprint(_presets()[name])


@cache
def _presets() -> dict[str, Network]:
    return {preset.name: preset.network() for preset in PRESETS}


def _jaccard(one: Fingerprint, other: Fingerprint) -> float:
    return len(one & other) / max(1, len(one | other))
