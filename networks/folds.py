"""Blocks in a network as pure functions: put in, given other parameters, repeated, made plain.

A block's layers follow from its parameters and from what comes in. `settled` makes them so again after an
edit: where the channels before a block change, its projection comes or goes; where its inside was edited, the
block becomes a group that belongs to the user.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from networks import edits
from networks.blocks.base import Block, Row, X
from networks.blocks.residual import Bottleneck, Residual
from networks.check import Report, check
from networks.groups import leaves_of, sources_of
from networks.layers.activation import Activation
from networks.layers.base import Layer
from networks.layers.linear import Identity
from networks.network import Fold, Network, Node, Wire
from networks.saved_blocks import SavedBlock
from networks.shapes import Shape

replace = msgspec.structs.replace


Part = Block | SavedBlock
"""What stands for several layers and can be put into a network."""


def part_of(network: Network, part: Part, x: Shape | None) -> Network:
    """The layers of a block as a network of their own, under names that are free in `network`.

    Begins with an Identity, for which whatever comes in is put, and is all in one fold.
    """
    if isinstance(part, SavedBlock):
        return edits.renamed(part.network, network)[0]
    landed = part if x is None else part.landing(x)
    name = edits.free_fold(network, part.stem)
    entry = Node(f"{name}.{X}", Identity(), (), name)
    return Network((entry, *nodes_of(landed, x, name, entry.name)), (Fold(name, landed),))


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


def insert_part(
    network: Network, part: Part, wires: Sequence[Wire], x: Shape | None = None
) -> tuple[Network, str]:
    """Puts a block on wires that have one source and carry `x`. Gives the network and the new fold's name."""
    made = part_of(network, part, x)
    source = wires[0].source
    if _ends(made):
        return _branched(network, made, source), made.folds[0].name
    fold = edits.common_fold(network, (source, *(wire.target for wire in wires)))
    nodes = network.nodes
    for wire in wires:
        nodes = edits.rewired(nodes, wire, made.nodes[-1].name)
    added = (replace(made.nodes[0], inputs=(source,)), *made.nodes[1:])
    return _joined(network, edits.after(nodes, source, added), made, fold), made.folds[0].name


def add_part_after(network: Network, part: Part, name: str, x: Shape | None = None) -> tuple[Network, str]:
    """Puts a block behind the node `name`, which gives `x`; before an Output."""
    made = part_of(network, part, x)
    source = next(iter(network[name].inputs), None) if network[name].layer.ends else name
    if _ends(made):
        placed = _branched(network, made, source) if source else _placed(network, made)
        return placed, made.folds[0].name
    spliced = edits.spliced(network, made, name, edits.fold_behind(network, name))
    return _dissolved(spliced, made), made.folds[0].name


def place_part(network: Network, part: Part) -> tuple[Network, str]:
    """Adds a loose block; its Identity is where a wire may end."""
    made = part_of(network, part, None)
    return _placed(network, made), made.folds[0].name


def _ends(part: Network) -> bool:
    return part.nodes[-1].layer.ends


def _placed(network: Network, part: Network) -> Network:
    return Network((*network.nodes, *part.nodes), (*network.folds, *part.folds))


def _branched(network: Network, part: Network, source: str) -> Network:
    added = (replace(part.nodes[0], inputs=(source,)), *part.nodes[1:])
    fold = edits.fold_behind(network, source)
    return _joined(network, edits.after(network.nodes, source, added), part, fold)


def _joined(network: Network, nodes: tuple[Node, ...], part: Network, fold: str) -> Network:
    inner = tuple(replace(each, within=each.within or fold) for each in part.folds)
    return _dissolved(Network(nodes, (*network.folds, *inner)), part)


def _dissolved(network: Network, part: Network) -> Network:
    """Without the Identity that a part begins with, where something feeds it."""
    entry = part.nodes[0]
    if not isinstance(entry.layer, Identity) or not network[entry.name].inputs:
        return network
    return edits.remove(network, (entry.name,))


# -- blocks follow their parameters and what comes in


def set_block(network: Network, name: str, block: Block, classes: int | None = None) -> Network:
    """Gives a fold's block other parameters; its layers follow. Names of layers that stay are kept."""
    fold = network.by_fold[name]
    known = Network(
        network.nodes, tuple(replace(f, block=block) if f.name == name else f for f in network.folds)
    )
    x = _incoming(known, fold.name, check(known, classes))
    return _reexpanded(known, name, block, x)


def settled(network: Network, classes: int | None = None) -> Network:
    """Every block again what its parameters say for what comes in, or a group where its inside was edited."""
    blocks = [fold for fold in network.folds if fold.block is not None]
    if not blocks:
        return network
    report = check(network, classes)
    for fold in blocks:
        block = fold.block
        assert block is not None
        x = _incoming(network, fold.name, report)
        if _matches(network, fold.name, block.rows(x)):
            continue
        if any(_matches(network, fold.name, rows) for rows in _variants(block, x)):
            network = _reexpanded(network, fold.name, block, x)
            report = check(network, classes)
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


def _incoming(network: Network, name: str, report: Report) -> Shape | None:
    """The shape that comes into a fold; None where there is none, or several."""
    sources = sources_of(network, network.folded[name])
    return report.nodes[sources[0]].output if len(sources) == 1 else None


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
        wanted = row.inputs if sources or entry else tuple(each for each in row.inputs if each != X)
        if came != wanted:
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
    entry = Node(f"{edits.free_fold(network, block.stem)}.{X}", Identity())
    fold = entry.name.removesuffix(f".{X}")
    nodes = (replace(entry, fold=fold), *nodes_of(block, x, fold, entry.name))
    part = Network(nodes, (Fold(fold, block),))
    return _dissolved(edits.spliced(network, part, source, network.by_fold[name].within), part), fold


def set_shortcuts(network: Network, shortcut: bool, classes: int | None = None) -> Network:
    """Gives every residual block its shortcut, or takes it: the plain twin of He et al. 2015, section 4.1."""
    for fold in network.folds:
        block = fold.block
        if isinstance(block, Residual | Bottleneck) and block.shortcut != shortcut:
            network = set_block(network, fold.name, replace(block, shortcut=shortcut), classes)
    return network
