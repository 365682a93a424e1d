"""Folds for imported layers along the module's paths; a block where the layers are exactly what it makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from networks.blocks import BLOCKS
from networks.blocks.base import Block
from networks.core.fields import changed
from networks.core.shapes import Shape
from networks.graph.folds import nodes_of
from networks.graph.network import Fold, Network, Node
from networks.layers.base import Group, Layer

LONGEST_NAME = 64


def folded(network: Network, shapes: Mapping[str, Shape]) -> Network:
    """The network with a fold for each path that holds several layers and is one part of it.

    `shapes` are those of the nodes' outputs. Of paths that hold the same layers the innermost one counts.
    Layers of a block that have no weights get the block's names.
    """
    paths = _paths(network)
    blocks: dict[str, tuple[Block, tuple[Node, ...]]] = {}
    for path, inside in paths.items():
        if any(path.startswith(outer + ".") for outer in blocks):
            continue
        if found := _recognised(network, path, inside, shapes):
            blocks[path] = found
    kept = [path for path in paths if not any(path.startswith(outer + ".") for outer in blocks)]
    innermost: dict[str, str] = {}
    for path in kept:  # outer paths come first
        innermost.update(dict.fromkeys(paths[path], path))
    folds = []
    for path in kept:
        outer = next((p for p in reversed(kept) if path.startswith(p + ".")), "")
        folds.append(Fold(path, blocks[path][0] if path in blocks else None, outer))
    nodes = tuple(replace(node, fold=innermost.get(node.name, "")) for node in network.nodes)
    return Network(_renamed(network, nodes, blocks), tuple(folds))


def _paths(network: Network) -> dict[str, tuple[str, ...]]:
    """The nodes in each path that becomes a fold, outer paths before inner ones."""
    inside: dict[str, list[str]] = {}
    for node in network.nodes:
        parts = node.name.split(".")
        for length in range(1, len(parts)):
            inside.setdefault(".".join(parts[:length]), []).append(node.name)
    ends = sum(node.layer.group is Group.NETWORK for node in network.nodes)
    reach = _Reach(network)
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(inside, key=lambda path: (path.count("."), list(inside).index(path))):
        names = tuple(inside[path])
        several = 1 < len(names) < len(network.nodes) - ends
        if several and len(path) <= LONGEST_NAME and path not in network and reach.is_one_part(names):
            found = {other: held for other, held in found.items() if held != names}
            found[path] = names
    return found


class _Reach:
    """Which nodes come before and after each node, as the bits of a number."""

    def __init__(self, network: Network) -> None:
        self._bits = {name: 1 << place for place, name in enumerate(network.order)}
        self._before: dict[str, int] = {}
        self._behind = dict.fromkeys(network.order, 0)
        for name in network.order:
            before = 0
            for source in network[name].inputs:
                before |= self._before[source] | self._bits[source]
            self._before[name] = before
        for name in reversed(network.order):
            for source in network[name].inputs:
                self._behind[source] |= self._behind[name] | self._bits[name]

    def is_one_part(self, names: Sequence[str]) -> bool:
        """Whether no path leaves these nodes and comes back to them."""
        before = behind = members = 0
        for name in names:
            before |= self._before[name]
            behind |= self._behind[name]
            members |= self._bits[name]
        return not before & behind & ~members


def _recognised(
    network: Network, path: str, inside: Sequence[str], shapes: Mapping[str, Shape]
) -> tuple[Block, tuple[Node, ...]] | None:
    """The block that makes exactly these layers, wired like this, and the nodes that it makes."""
    members = set(inside)
    sources = {source for name in inside for source in network[name].inputs if source not in members}
    leaving = {name for name in inside if any(wire.target not in members for wire in network.consumers[name])}
    if len(sources) != 1 or not leaving <= {inside[-1]}:
        return None
    (source,) = sources
    for block in _candidates([network[name].layer for name in inside]):
        made = nodes_of(block, shapes[source], path, source, path)
        if _same([network[name] for name in inside], made):
            return block, made
    return None


def _same(nodes: Sequence[Node], made: Sequence[Node]) -> bool:
    names = {ours.name: theirs.name for ours, theirs in zip(nodes, made, strict=False)}
    return len(nodes) == len(made) and all(
        ours.layer == theirs.layer
        and tuple(names.get(taken, taken) for taken in ours.inputs) == theirs.inputs
        for ours, theirs in zip(nodes, made, strict=True)
    )


def _candidates(layers: Sequence[Layer]) -> Iterator[Block]:
    """The blocks that these layers could be, at most one of each type."""
    for kind in BLOCKS:
        try:
            if (block := kind.recognised(layers)) is not None:
                yield changed(block)
        except msgspec.ValidationError:
            continue  # a parameter is beyond what the block allows


def _renamed(
    network: Network, nodes: Sequence[Node], blocks: Mapping[str, tuple[Block, tuple[Node, ...]]]
) -> tuple[Node, ...]:
    """The nodes, with the block's names for layers without weights where those with weights have them."""
    names: dict[str, str] = {}
    for path, (_, made) in blocks.items():
        inside = [node for node in network.nodes if node.name.startswith(path + ".")]
        wanted = {ours.name: theirs.name for ours, theirs in zip(inside, made, strict=True)}
        weighted = [node.name for node in inside if node.layer.counts_in_depth]
        if all(wanted[name] == name for name in weighted):
            names |= wanted
    return tuple(
        replace(
            node,
            name=names.get(node.name, node.name),
            inputs=tuple(names.get(taken, taken) for taken in node.inputs),
        )
        for node in nodes
    )
