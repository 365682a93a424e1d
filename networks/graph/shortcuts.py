"""Residual networks without their shortcuts, and with them again.

A block remembers its shortcut and can get it back. In networks that were imported or drawn by hand, a
shortcut is the shorter of the two paths that an Add joins; once removed, it is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from networks.core.message import UserError, message
from networks.graph import edits
from networks.graph.check import NodeReport, check
from networks.graph.folds import set_shortcuts
from networks.graph.network import Network, Node, Wire
from networks.layers.merge import Add


def without_shortcuts(network: Network, classes: int | None = None) -> Network:
    """The plain twin of a residual network (He et al. 2015, "Deep Residual Learning", section 4.1).

    The remaining layers keep their shapes. Stochastic depth is removed along with the shortcut it needs.
    Raises UserError where there is no shortcut.
    """
    plain = set_shortcuts(network, False, classes)
    # whatever is removed, the rest keeps its shapes
    shapes = check(plain, classes).nodes
    for node in plain.of_type(Add):
        plain = _past(plain, node.name, shapes)
    if plain == network:
        raise UserError(
            message(
                "Expected a network with shortcuts, got one without: "
                "add a Residual block, or join two ways of different length with Add."
            )
        )
    return plain


def with_shortcuts(network: Network, classes: int | None = None) -> Network:
    """Gives every residual block its shortcut back. Raises UserError where no block lacks its shortcut."""
    residual = set_shortcuts(network, True, classes)
    if residual == network:
        blocks = any(fold.block is not None and fold.block.plain() != fold.block for fold in network.folds)
        raise UserError(
            message("Every residual block has its shortcut already: remove the shortcuts first.")
            if blocks
            else message(
                "Expected residual blocks whose shortcuts were removed, got none: "
                "undo, or add a Residual block."
            )
        )
    return residual


def around_shortcuts(network: Network, targets: Collection[str]) -> frozenset[Wire]:
    """The wires by which the longer of two ways from one node comes to an Add: what a shortcut goes past.

    Only of those Adds that are among the `targets`: in a deep network it takes long to walk all ways.
    """
    found = set()
    for node in network.of_type(Add):
        ways = _ways(network, node) if node.name in targets else None
        if ways is not None:
            found |= {
                Wire(source, node.name, at) for at, source in enumerate(node.inputs) if source == ways[0]
            }
    return frozenset(found)


def _past(network: Network, name: str, shapes: Mapping[str, NodeReport]) -> Network:
    """Removes an Add and the shorter path to it; unchanged where there is none, or a shape would change."""
    # it may have been on a longer path that was removed before
    ways = _ways(network, network[name]) if name in network else None
    if ways is None:
        return network
    kept, shorter = ways
    # an Add broadcasts axes of length 1
    if shapes[kept].output != shapes[name].output:
        return network
    nodes = (replace(node, inputs=(kept,)) if node.name == name else node for node in network.nodes)
    gone = {name, *_unused(network, name, shorter), *_dropping(network, name, kept)}
    return edits.remove(network.with_nodes(nodes), gone)


def _ways(network: Network, add: Node) -> tuple[str, frozenset[str]] | None:
    """The last node of the longer path to an Add, and the nodes that lie only on the shorter path.

    None where the Add does not join two paths from one node, or both are equally long.
    """
    if len(add.inputs) != 2 or add.name not in network.order:
        return None
    one, other = (network.upstream((source,)) for source in add.inputs)
    if not one & other:
        return None
    own = (one - other, other - one)
    lengths = [_length(network, source, part) for source, part in zip(add.inputs, own, strict=True)]
    if lengths[0] == lengths[1]:
        return None
    longer = lengths.index(max(lengths))
    return add.inputs[longer], own[1 - longer]


def _length(network: Network, end: str, inside: Collection[str]) -> int:
    """The number of layers on the longest path to `end`, itself included, that stays inside."""
    lengths: dict[str, int] = {}
    for name in network.order:
        if name in inside:
            lengths[name] = 1 + max((lengths.get(source, 0) for source in network[name].inputs), default=0)
    return lengths.get(end, 0)


def _dropping(network: Network, add: str, end: str) -> set[str]:
    """The stochastic depth at the end of this path; without the Add it would sometimes block all."""
    takers = {wire.target for wire in network.consumers[end]}
    drops = network[end].layer.drops_images and takers == {add}
    return {end} if drops else set()


def _unused(network: Network, add: str, names: frozenset[str]) -> set[str]:
    """Those of the nodes whose outputs are taken only by the Add and by each other."""
    gone = {add}
    for name in reversed(network.order):
        if name in names and all(wire.target in gone for wire in network.consumers[name]):
            gone.add(name)
    return gone - {add}
