"""Fragments of a network: what is copied, pasted and duplicated."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from msgspec.structs import replace

from networks.graph.edits import common_fold, exits, fold_behind, remove, spliced
from networks.graph.free_names import LONGEST_STEM, free_fold, free_name, is_free, path_of
from networks.graph.network import Network, Node
from networks.layers.linear import Identity

STAND_IN = "x"
"""The name of the Identity in front of a fragment of which several layers take what comes in."""


def fragment(network: Network, names: Collection[str]) -> Network:
    """A copy of these nodes with the wires among them: what *Copy* puts on the clipboard.

    A fold is copied where all of it is. Where several wires come in from one node, and one output leads out,
    the fragment begins with an Identity that stands for that node, so that none of the wires is lost.
    """
    names = set(names)
    inside = [node for node in network.nodes if node.name in names]
    whole = {fold for fold, members in network.folded.items() if all(name in names for name in members)}

    def kept(fold: str) -> str:
        return next((name for name in network.around(fold) if name in whole), "")

    part = Network(
        tuple(
            replace(
                node, inputs=tuple(source for source in node.inputs if source in names), fold=kept(node.fold)
            )
            for node in inside
        ),
        tuple(replace(fold, within=kept(fold.within)) for fold in network.folds if fold.name in whole),
    )
    outside = [source for node in inside for source in node.inputs if source not in names]
    if len(outside) < 2 or len(set(outside)) > 1 or len(exits(part)) != 1:
        return part
    return with_stand_in(network, part)


def with_stand_in(network: Network, part: Network) -> Network:
    """A fragment of the network with an Identity in front for what comes in, in the fold of what takes it."""
    cut = [node.name for node in part.nodes if node.inputs != network[node.name].inputs]
    takers = cut or [node.name for node in part.nodes if not node.inputs]
    fold = common_fold(part, takers)
    stem = ".".join(filter(None, (path_of(part, fold), STAND_IN)))
    numbered = (f"{stem}{number or ''}" for number in count())
    name = next(name for name in numbered if is_free(part, name, ()))

    def taken(node: Node) -> tuple[str, ...]:
        if node.name not in takers:
            return node.inputs
        return tuple(source if source in part else name for source in network[node.name].inputs) or (name,)

    nodes = (replace(node, inputs=taken(node)) for node in part.nodes)
    return Network((Node(name, Identity(), (), fold), *nodes), part.folds)


def has_stand_in(part: Network) -> bool:
    """Whether the fragment begins with an Identity that stands for what comes in."""
    entry = next(iter(part.nodes), None)
    return (
        entry is not None
        and isinstance(entry.layer, Identity)
        and not entry.inputs
        and entry.name.rpartition(".")[2].rstrip("0123456789") == STAND_IN
    )


def paste(network: Network, part: Network, after: str | None = None) -> tuple[Network, tuple[str, ...]]:
    """Adds a copy of a fragment: behind `after` if it has one input and one output, else loose.

    Gives the network and the new names. Raises UserError where folds would be nested too deeply.
    """
    stands_in = has_stand_in(part)
    part, names = renamed(part, network)
    entries = [node for node in part.nodes if not node.inputs]
    if after is None or len(entries) != 1 or not entries[0].layer.most_inputs or len(exits(part)) != 1:
        return Network((*network.nodes, *part.nodes), (*network.folds, *part.folds)), names
    pasted = spliced(network, part, after, fold_behind(network, after))
    if stands_in and pasted[names[0]].inputs:
        return remove(pasted, names[:1]), names[1:]
    return pasted, names


def duplicate(network: Network, names: Collection[str]) -> tuple[Network, tuple[str, ...]]:
    """Copies these nodes behind the last of them. Gives the network and the new names."""
    last = next((name for name in reversed(network.order) if name in names), None)
    return paste(network, fragment(network, names), last)


def renamed(part: Network, network: Network) -> tuple[Network, tuple[str, ...]]:
    """The fragment under names that are free in the network, and these names in the order of its nodes."""
    folds = _renamed_folds(part, network)
    names: dict[str, str] = {}
    # a loose layer must not take the name of a new fold, which is also a path
    taken = set(folds.values())
    starts: dict[str, int] = {}
    for node in part.nodes:
        stem = node.layer.stem
        outer = next((fold for fold in part.around(node.fold) if node.name.startswith(fold + ".")), None)
        if outer is not None:
            name = folds[outer] + node.name[len(outer) :]
        else:
            name = free_name(network, node.layer, taken, starts.get(stem, 1))
            starts[stem] = int(name.removeprefix(stem) or 0) + 1
        names[node.name] = name
        taken.add(name)
    nodes = tuple(
        replace(
            node,
            name=names[node.name],
            inputs=tuple(names[source] for source in node.inputs),
            fold=folds[node.fold],
        )
        for node in part.nodes
    )
    renamed = tuple(replace(fold, name=folds[fold.name], within=folds[fold.within]) for fold in part.folds)
    return Network(nodes, renamed), tuple(names.values())


def _renamed_folds(part: Network, network: Network) -> dict[str, str]:
    folds: dict[str, str] = {"": ""}
    taken: set[str] = set()
    starts: dict[str, int] = {}
    for fold in part.folds:
        stem = fold.block.stem if fold.block is not None else fold.name.rstrip("0123456789")
        stem = (stem or "group")[:LONGEST_STEM]
        name = folds[fold.name] = free_fold(network, stem, taken, starts.get(stem, 1))
        taken.add(name)
        starts[stem] = int(name.removeprefix(stem)) + 1
    return folds
