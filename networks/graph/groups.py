"""The user's groups as pure functions: made, renamed, wired, taken apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from networks.core.message import UserError, message
from networks.graph import edits
from networks.graph.network import Fold, Network, fold_problem


def sources_of(network: Network, inside: Sequence[str]) -> tuple[str, ...]:
    """The nodes outside that feed these, each once; `inside` is in the network's order."""
    members = set(inside)
    return tuple(
        dict.fromkeys(source for name in inside for source in network[name].inputs if source not in members)
    )


def leaves_of(network: Network, inside: Sequence[str]) -> tuple[str, ...]:
    """Those of the nodes that feed others outside or, where none does, those that feed nothing."""
    members = set(inside)
    taken = [name for name in inside if any(wire.target not in members for wire in network.consumers[name])]
    free = [name for name in inside if not network.consumers[name] and not network[name].layer.ends]
    return tuple(taken or free)


def group(network: Network, names: Collection[str], name: str) -> Network:
    """Folds these nodes into a group.

    Folds that lie wholly among the nodes become part of the group. Raises UserError where a fold lies only
    partly among them, where other layers lie between them, or where groups would be nested too deeply.
    """
    members = set(names)
    if not members:
        raise UserError(message("Nothing is selected: select the layers that the group is to hold."))
    _refuse_name(network, name)
    outer = edits.common_fold(network, members)
    while outer and members.issuperset(network.folded[outer]):
        outer = network.by_fold[outer].within
    around = network.around(outer)
    for fold in network.folds:
        inside = set(network.folded[fold.name])
        if fold.name not in around and inside & members and not inside <= members:
            raise UserError(
                message(
                    "“{name}” lies only partly in the selection: select all of it, or none.", name=fold.name
                )
            )
    between = (network.upstream(members) & network.downstream(members)) - members
    if between:
        raise UserError(
            message(
                "“{name}” lies between the selected layers: select it too, so that the group is one part.",
                name=sorted(between)[0],
            )
        )
    nodes = tuple(
        replace(node, fold=name) if node.name in members and node.fold == outer else node
        for node in network.nodes
    )
    folds = tuple(
        replace(fold, within=name)
        if fold.within == outer and set(network.folded[fold.name]) <= members
        else fold
        for fold in network.folds
    )
    return Network(nodes, (*folds, Fold(name, None, outer)))


def ungroup(network: Network, name: str) -> Network:
    """Removes a fold; its nodes and folds move to where it was."""
    outer = network.by_fold[name].within
    return Network(
        tuple(replace(node, fold=outer) if node.fold == name else node for node in network.nodes),
        tuple(
            replace(fold, within=outer) if fold.within == name else fold
            for fold in network.folds
            if fold.name != name
        ),
    )


def rename_fold(network: Network, old: str, new: str) -> Network:
    """Renames a fold; its nodes keep their names. Raises UserError where the name is taken."""
    if new == old:
        return network
    _refuse_name(network, new)
    return Network(
        tuple(replace(node, fold=new) if node.fold == old else node for node in network.nodes),
        tuple(
            replace(
                fold,
                name=new if fold.name == old else fold.name,
                within=new if fold.within == old else fold.within,
            )
            for fold in network.folds
        ),
    )


def _refuse_name(network: Network, name: str) -> None:
    if problem := fold_problem(name):
        raise UserError(problem)
    if name in network or name in network.by_fold:
        raise UserError(message("There is a “{name}” already: choose another name.", name=name))


def connect_fold(network: Network, source: str, inside: Collection[str], old: str | None) -> Network:
    """Connects a wire to a fold: in place of all wires from `old`, or else wherever an input is missing.

    Raises UserError where the wire would close a loop, or no node in the fold lacks an input.
    """
    members = set(inside)
    if network.upstream([source]) & members:
        raise UserError(
            message(
                "A wire from “{source}” to this group would close a loop: draw it the other way round.",
                source=source,
            )
        )
    nodes = []
    for node in network.nodes:
        if node.name in members and old is not None:
            node = replace(node, inputs=tuple(source if taken == old else taken for taken in node.inputs))
        elif node.name in members and len(node.inputs) < node.layer.fewest_inputs:
            node = replace(node, inputs=(*node.inputs, source))
        nodes.append(node)
    connected = network.with_nodes(nodes)
    if connected == network and old is None:
        raise UserError(
            message("No layer in this group lacks an input: open it, and draw the wire to one of its layers.")
        )
    return connected
