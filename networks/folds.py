"""Blocks and groups as pure functions: put in, folded, unfolded, repeated, made plain.

A block's layers follow from its parameters and from what comes in. `settled` makes them so again after an
edit: where the channels before a block change, its projection comes or goes; where its inside was edited, the
block becomes a group that belongs to the user.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from networks import edits
from networks.blocks.base import Block, Row, X
from networks.blocks.residual import Bottleneck, Residual
from networks.check import check
from networks.layers.activation import Activation
from networks.layers.base import Layer
from networks.layers.linear import Identity
from networks.message import UserError, message
from networks.network import Fold, Network, Node, Wire
from networks.shapes import Shape

replace = msgspec.structs.replace


def part_of(network: Network, block: Block, x: Shape | None) -> Network:
    """The block as a part that can be spliced in, under a name that is free. It begins with an Identity."""
    name = edits.free_fold(network, block.stem)
    entry = Node(f"{name}.{X}", Identity(), (), name)
    return Network((entry, *nodes_of(block, x, name, entry.name)), (Fold(name, block),))


def nodes_of(
    block: Block, x: Shape | None, name: str, source: str, path: str | None = None
) -> tuple[Node, ...]:
    """The layers of a block as nodes of the fold `name`, taking `source`, named under `path`."""
    prefix = f"{name if path is None else path}."
    return tuple(
        Node(
            prefix + row.name,
            row.layer,
            tuple(source if taken == X else prefix + taken for taken in row.inputs),
            name,
        )
        for row in block.rows(x)
    )


def dissolved(network: Network, part: Network) -> Network:
    """Without the Identity that a spliced part begins with, where something feeds it."""
    entry = part.nodes[0].name
    if not isinstance(part.nodes[0].layer, Identity) or not network[entry].inputs:
        return network
    return edits.remove(network, (entry,))


def insert_block(
    network: Network, block: Block, wire: Wire, classes: int | None = None
) -> tuple[Network, str]:
    """Puts a block on a wire, with the parameters that are sensible there. Gives the network and its fold."""
    x = check(network, classes).wire_shape(wire)
    landed = block if x is None else block.landing(x)
    part = part_of(network, landed, x)
    name = part.folds[0].name
    if block.ends:
        return _branched(network, part, wire.source), name
    fold = edits.common_fold(network, (wire.source, wire.target))
    added = [replace(part.nodes[0], inputs=(wire.source,)), *part.nodes[1:]]
    nodes = edits.rewired(network.nodes, wire, part.nodes[-1].name)
    placed = Network(
        edits.after(nodes, wire.source, tuple(added)), (*network.folds, replace(part.folds[0], within=fold))
    )
    return dissolved(placed, part), name


def add_block_after(
    network: Network, block: Block, name: str, classes: int | None = None
) -> tuple[Network, str]:
    """Puts a block behind the node `name`, before an Output; what ends in scores branches off there."""
    ends = network[name].layer.ends
    source = next(iter(network[name].inputs), None) if ends else name
    x = check(network, classes).nodes[source].output if source is not None else None
    part = part_of(network, block if x is None else block.landing(x), x)
    fold = part.folds[0].name
    if block.ends:
        return (_branched(network, part, source) if source else _placed(network, part)), fold
    return dissolved(edits.spliced(network, part, name, edits.fold_behind(network, name)), part), fold


def place_block(network: Network, block: Block) -> tuple[Network, str]:
    """Adds a loose block; its Identity is where a wire may end."""
    part = part_of(network, block, None)
    return _placed(network, part), part.folds[0].name


def _placed(network: Network, part: Network) -> Network:
    return Network((*network.nodes, *part.nodes), (*network.folds, *part.folds))


def _branched(network: Network, part: Network, source: str) -> Network:
    first = replace(part.nodes[0], inputs=(source,))
    placed = Network(
        edits.after(network.nodes, source, (first, *part.nodes[1:])),
        (*network.folds, replace(part.folds[0], within=edits.fold_behind(network, source))),
    )
    return dissolved(placed, part)


# -- what a fold has to do with the rest of the network


def sources_of(network: Network, inside: Collection[str]) -> tuple[str, ...]:
    """The nodes outside that these take their inputs from, each once, in the order of the inputs."""
    members = set(inside)
    ordered = [name for name in (node.name for node in network.nodes) if name in members]
    return tuple(
        dict.fromkeys(source for name in ordered for source in network[name].inputs if source not in members)
    )


def leaves_of(network: Network, inside: Collection[str]) -> tuple[str, ...]:
    """The nodes of these whose output leaves: what others take, or else what nobody takes."""
    members = set(inside)
    ordered = [node.name for node in network.nodes if node.name in members]
    taken = [name for name in ordered if any(wire.target not in members for wire in network.consumers[name])]
    free = [name for name in ordered if not network.consumers[name] and not network[name].layer.ends]
    return tuple(taken or free)


def group(network: Network, names: Collection[str], name: str) -> Network:
    """Folds these nodes into a group. Raises UserError where they are no whole part of the network.

    Folds that lie wholly among them come to lie in the new one; one that only partly does is refused.
    """
    members = set(names)
    if not members:
        raise UserError(message("Nothing is selected: select the layers that the group is to hold."))
    if not name.strip() or len(name) > 64 or not name.isprintable():
        raise UserError(
            message("Expected a name of 1 to 64 printable signs for the group, got “{name}”.", name=name[:64])
        )
    if name in network or name in network.by_fold:
        raise UserError(message("There is a “{name}” already: choose another name.", name=name))
    outer = edits.common_fold(network, members)
    for fold in network.folds:
        inside = set(network.folded[fold.name])
        if fold.name not in network.around(outer) and inside & members and not inside <= members:
            raise UserError(
                message(
                    "“{name}” lies only partly in the selection: select all of it, or none.", name=fold.name
                )
            )
    between = (network.upstream(members) & _downstream(network, members)) - members
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
    """Takes a fold away; what lay in it lies where it lay."""
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
    """Gives a fold another name; the names of its nodes stay. Raises UserError where the name is taken."""
    if new == old:
        return network
    if not new.strip() or len(new) > 64 or not new.isprintable():
        raise UserError(message("Expected a name of 1 to 64 printable signs, got “{name}”.", name=new[:64]))
    if new in network or new in network.by_fold:
        raise UserError(message("There is a “{name}” already: choose another name.", name=new))
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


def _downstream(network: Network, names: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [wire.target for wire in network.consumers[name]]
    return frozenset(found)


# -- blocks follow their parameters and what comes in


def set_block(network: Network, name: str, block: Block, classes: int | None = None) -> Network:
    """Gives a fold's block other parameters; its layers follow. Names of layers that stay are kept."""
    fold = network.by_fold[name]
    known = Network(
        network.nodes, tuple(replace(f, block=block) if f.name == name else f for f in network.folds)
    )
    x = _incoming(known, fold.name, classes)
    return _reexpanded(known, name, block, x)


def settled(network: Network, classes: int | None = None) -> Network:
    """Every block again what its parameters say for what comes in, or a group where its inside was edited."""
    blocks = [fold for fold in network.folds if fold.block is not None]
    if not blocks:
        return network
    for fold in blocks:
        block = fold.block
        assert block is not None
        x = _incoming(network, fold.name, classes)
        if _matches(network, fold.name, block.rows(x)):
            continue
        if any(_matches(network, fold.name, rows) for rows in _variants(block, x)):
            network = _reexpanded(network, fold.name, block, x)
        else:
            network = Network(
                network.nodes,
                tuple(replace(f, block=None) if f.name == fold.name else f for f in network.folds),
            )
    return network


def _variants(block: Block, x: Shape | None) -> list[tuple[Row, ...]]:
    """What the block can look like for other inputs: without its projection, and with it."""
    found = [block.rows(None)]
    if isinstance(block, Residual | Bottleneck):
        height = (x[1], x[2]) if x is not None and len(x) == 3 else (8, 8)
        found.append(block.rows((block.filters + 1, *height)))
        found.append(block.rows((1, *height)))
    return found


def _incoming(network: Network, name: str, classes: int | None) -> Shape | None:
    """The shape that comes into a fold; None where there is none, or several."""
    sources = sources_of(network, network.folded[name])
    if len(sources) != 1:
        return None
    return check(network, classes).nodes[sources[0]].output


def _matches(network: Network, name: str, rows: Sequence[Row]) -> bool:
    """Whether the nodes of a fold are these rows: the same layers, wired alike, whatever their names.

    Which element-wise activation it is does not count, nor how many channels a padded shortcut adds.
    """
    inside = network.folded[name]
    nodes = [network[each] for each in inside]
    if nodes and isinstance(nodes[0].layer, Identity) and nodes[0].name.endswith(f".{X}"):
        entry: str | None = nodes.pop(0).name
    else:
        entry = None
    if len(nodes) != len(rows):
        return False
    place = {node.name: row.name for node, row in zip(nodes, rows, strict=True)}
    sources = sources_of(network, inside)
    for node, row in zip(nodes, rows, strict=True):
        if not _alike(node.layer, row.layer) or node.fold != name:
            return False
        came = tuple(
            X if source == entry or (entry is None and source in sources[:1]) else place.get(source, "")
            for source in node.inputs
        )
        if came != row.inputs:
            return False
    return True


def _alike(one: Layer, other: Layer) -> bool:
    if _is_choice(one) and _is_choice(other):
        return True
    if type(one) is type(other) and one.stem == "pad":
        return True
    return one == other


def _is_choice(layer: Layer) -> bool:
    return isinstance(layer, Activation) and layer.elementwise


def _reexpanded(network: Network, name: str, block: Block, x: Shape | None) -> Network:
    """The nodes of a fold made anew from its block; activation, frozen marks and names are kept."""
    inside = network.folded[name]
    members = set(inside)
    old = [network[each] for each in inside]
    sources = sources_of(network, inside)
    leaves = leaves_of(network, inside)
    path = edits.path_of(network, name) or name
    lead: tuple[Node, ...] = ()
    activation = next((node.layer for node in old if _is_choice(node.layer)), None)
    frozen = bool(old) and all(node.frozen for node in old)
    if sources:
        source = sources[0]
    else:
        entry = next((node for node in old if isinstance(node.layer, Identity)), None)
        lead = (entry or Node(f"{path}.{X}", Identity(), (), name),)
        source = lead[0].name
    made = nodes_of(block, x, name, source, path)
    names = _kept_names(network, old, made, members)
    nodes = tuple(
        replace(
            node,
            name=names[node.name],
            layer=activation if activation is not None and _is_choice(node.layer) else node.layer,
            inputs=tuple(names.get(taken, taken) for taken in node.inputs),
            frozen=frozen,
        )
        for node in made
    )
    last = nodes[-1].name
    kept: list[Node] = []
    put = False
    for node in network.nodes:
        if node.name in members:
            if not put:
                kept += [*lead, *nodes]
                put = True
            continue
        if leaves and any(taken in members for taken in node.inputs):
            node = replace(node, inputs=tuple(last if t in members else t for t in node.inputs))
        kept.append(node)
    return network.with_nodes(kept)


def _kept_names(
    network: Network, old: Sequence[Node], made: Sequence[Node], members: set[str]
) -> dict[str, str]:
    """New names for the nodes that were made: those of old nodes that do the same, else free ones."""
    rows = {node.name for node in old}
    if any(node.name in rows for node in made):  # they are named as the block names them
        wanted = {node.name: node.name for node in made}
        if all(name not in network or name in members for name in wanted):
            return wanted
    left = list(old)
    names: dict[str, str] = {}
    for node in made:
        same = next((other for other in left if _stands_for(other.layer, node.layer)), None)
        if same is not None:
            left.remove(same)
            names[node.name] = same.name
    taken = set(names.values())
    for node in made:
        if node.name not in names:
            path = node.name.rpartition(".")[0]
            free = node.name
            if free in taken or (free in network and free not in members) or free in network.holders:
                free = edits.free_name(network, node.layer, taken, within=path)
            names[node.name] = free
            taken.add(free)
    return names


def _stands_for(old: Layer, new: Layer) -> bool:
    return type(old) is type(new) or (_is_choice(old) and _is_choice(new))


# -- repeats and shortcuts


def repeat(network: Network, names: Sequence[str], times: int, classes: int | None = None) -> Network:
    """Makes a row of equal blocks longer or shorter: `names` are the folds in the row, from first to last."""
    for name in names[times:]:
        network = edits.remove(network, network.folded[name])
    last = names[min(times, len(names)) - 1]
    block = network.by_fold[last].block
    assert block is not None
    for _ in range(times - len(names)):
        network, last = _repeated(network, last, block, classes)
    return network


def _repeated(network: Network, name: str, block: Block, classes: int | None) -> tuple[Network, str]:
    leaves = leaves_of(network, network.folded[name])
    source = leaves[-1]
    x = check(network, classes).nodes[source].output
    part = part_of(network, block, x)
    spliced = edits.spliced(network, part, source, network.by_fold[name].within)
    return dissolved(spliced, part), part.folds[0].name


def set_shortcuts(network: Network, shortcut: bool, classes: int | None = None) -> Network:
    """Gives every residual block its shortcut, or takes it: the plain twin of He et al. 2015, section 4.1."""
    for fold in network.folds:
        block = fold.block
        if isinstance(block, Residual | Bottleneck) and block.shortcut != shortcut:
            network = set_block(network, fold.name, replace(block, shortcut=shortcut), classes)
    return network
