"""Blocks in a network as pure functions: inserted, given other parameters, repeated, made plain.

A block's layers follow from its parameters and from what comes in. `settled` restores this after an edit:
where the channels before a block have changed, its projection comes or goes; where its inside was edited, the
block becomes a group of the user's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from networks.blocks.base import Block, BlockNode, X
from networks.core.fields import whole
from networks.core.shapes import Shape
from networks.graph import edits, fragments
from networks.graph.check import Report, check, output_of
from networks.graph.free_names import free_fold, free_name, path_of
from networks.graph.groups import leaves_of, sources_of
from networks.graph.network import Fold, Network, Node, Wire
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Layer
from networks.layers.linear import Identity

Insertable = Block | SavedBlock
"""What stands for several layers and can be inserted into a network."""


def expanded(network: Network, block: Insertable, x: Shape | None) -> Network:
    """The layers of a block as a network of their own, under names that are free in `network`.

    All lie in one fold. The first is an Identity that stands for whatever comes in.
    """
    if isinstance(block, SavedBlock):
        return fragments.renamed(block.network, network)[0]
    landed = block if x is None else block.landing(x)
    name = free_fold(network, block.stem)
    entry = Node(f"{name}.{X}", Identity(), (), name)
    return Network((entry, *nodes_of(landed, x, name, entry.name)), (Fold(name, landed),))


def nodes_of(
    block: Block, x: Shape | None, name: str, source: str, path: str | None = None
) -> tuple[Node, ...]:
    """The layers of a block as nodes of the fold `name`, taking `source`, named under `path`."""
    prefix = f"{name if path is None else path}."
    return tuple(
        Node(
            prefix + node.name,
            node.layer,
            tuple(source if taken == X else prefix + taken for taken in node.inputs),
            name,
        )
        for node in block.nodes(x)
    )


def insert_block(
    network: Network, block: Insertable, wires: Sequence[Wire], x: Shape | None = None
) -> tuple[Network, str]:
    """Puts a block on wires from one source that carry `x`. Gives the network and the new fold's name.

    Raises UserError where folds would be nested too deeply.
    """
    made = expanded(network, block, x)
    source, name = wires[0].source, made.folds[0].name
    leaf = edits.exit_of(made)
    if leaf is None:
        return _branched(network, made, source), name
    fold = edits.common_fold(network, (source, *(wire.target for wire in wires)))
    nodes = network.nodes
    for wire in wires:
        nodes = edits.rewired(nodes, wire, leaf)
    return _joined(network, edits.after(nodes, source, _fed(made, source)), made, fold), name


def add_block_after(
    network: Network, block: Insertable, name: str, x: Shape | None = None
) -> tuple[Network, str]:
    """Puts a block behind the node `name`, which gives `x`; before an Output. Raises as `insert_block`."""
    made = expanded(network, block, x)
    if edits.exit_of(made) is None:
        source = next(iter(network[name].inputs), None) if network[name].layer.ends else name
        placed = _branched(network, made, source) if source else _placed(network, made)
        return placed, made.folds[0].name
    spliced = edits.spliced(network, made, name, edits.fold_behind(network, name))
    return _dissolved(spliced, made.nodes[0].name), made.folds[0].name


def place_block(network: Network, block: Insertable) -> tuple[Network, str]:
    """Adds a loose block; its Identity is there to take a wire."""
    made = expanded(network, block, None)
    return _placed(network, made), made.folds[0].name


def _placed(network: Network, part: Network) -> Network:
    return Network((*network.nodes, *part.nodes), (*network.folds, *part.folds))


def _fed(part: Network, source: str) -> tuple[Node, ...]:
    return (replace(part.nodes[0], inputs=(source,)), *part.nodes[1:])


def _branched(network: Network, part: Network, source: str) -> Network:
    """Adds a block without an output as a branch, in the fold around the source and what takes it."""
    fold = edits.common_fold(network, [source, *(wire.target for wire in network.consumers[source])])
    return _joined(network, edits.after(network.nodes, source, _fed(part, source)), part, fold)


def _joined(network: Network, nodes: tuple[Node, ...], part: Network, fold: str) -> Network:
    inner = tuple(replace(each, within=each.within or fold) for each in part.folds)
    return _dissolved(Network(nodes, (*network.folds, *inner)), part.nodes[0].name)


def _dissolved(network: Network, entry: str) -> Network:
    """Removes the Identity that a block begins with, once something feeds it."""
    node = network[entry]
    if not isinstance(node.layer, Identity) or not node.inputs:
        return network
    return edits.remove(network, (entry,))


# -- blocks follow their parameters and what comes in


def set_block(network: Network, name: str, block: Block, classes: int | None = None) -> Network:
    """Gives a fold's block other parameters and so other layers; those that remain keep their names."""
    return set_blocks(network, {name: block}, classes)


def set_blocks(network: Network, blocks: Mapping[str, Block], classes: int | None = None) -> Network:
    """Gives several folds other blocks at once; see `set_block`."""
    outputs = {name: found.output for name, found in check(network, classes).nodes.items()}
    incoming = {name: _incoming(network, name, outputs) for name in blocks}
    return settled(_reexpanded(_with_blocks(network, blocks), incoming), classes)


def settled(network: Network, classes: int | None = None) -> Network:
    """Makes every block agree with its parameters and its input, or turns it into a group if it was edited.

    A block whose input shape is unknown stays as it is.
    """
    while any(fold.block is not None for fold in network.folds):
        groups, stale = _unsettled(network, classes)
        if groups:
            # which changes no layer, and so nothing of what was found about other blocks
            network = _with_blocks(network, dict.fromkeys(groups))
        if not stale:
            break
        # the output of one block decides how those behind it look
        network = _reexpanded(network, stale)
    return network


def _unsettled(network: Network, classes: int | None) -> tuple[list[str], dict[str, Shape | None]]:
    """The blocks that have become groups, and those that must be made anew, with the input shape of each.

    Behind a block that must be made anew it uses the shape that the new one will give. So a thousand blocks
    in series that all lack their projections are found in one pass instead of one after the other.
    """
    undecided = {fold.name: fold.block for fold in network.folds if fold.block is not None}
    groups: list[str] = []
    stale: dict[str, Shape | None] = {}
    known: set[str] = set()
    """Blocks of which it is known what they give, without going through their layers."""
    outputs: dict[str, Shape | None] = {}
    tapped = _tapped(network)

    def decide(name: str, block: Block) -> None:
        inside = network.folded[name]
        nodes = tuple([network.by_name[each] for each in inside])
        sources = _sources(nodes)
        x = outputs.get(sources[0]) if len(sources) == 1 else None
        # whatever takes the entry takes, once that is fed, what feeds it
        inner = inside[1:-1] if _entry(nodes) else inside[:-1]
        verdict = _verdict(block, name, nodes, not tapped.isdisjoint(inner), x)
        if verdict == "group":
            groups.append(name)
        elif verdict == "stale":
            stale[name] = x
        if verdict in ("stale", "as made"):
            # nothing leads out of it but its last node
            known.add(name)
            outputs.update(dict.fromkeys(inside))
            outputs[inside[-1]] = _given(block, x, classes)

    by_name = network.by_name
    for name in network.order:
        node = by_name[name]
        # in this order a block's inputs come before the first of its nodes
        if (block := undecided.pop(node.fold, None)) is not None:
            decide(node.fold, block)
        if node.fold not in known:
            outputs[name] = output_of(node.layer, tuple([outputs[each] for each in node.inputs]), classes)
    for name, block in undecided.items():
        decide(name, block)
    return groups, stale


def _tapped(network: Network) -> set[str]:
    """The nodes whose output is taken outside of the innermost fold around them."""
    fold_of = {node.name: node.fold for node in network.nodes}
    return {source for node in network.nodes for source in node.inputs if fold_of[source] != node.fold}


@lru_cache(maxsize=16_384)
def _sources(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """The nodes outside that feed these, each once."""
    members = {node.name for node in nodes}
    return tuple(dict.fromkeys(each for node in nodes for each in node.inputs if each not in members))


@lru_cache(maxsize=16_384)
def _verdict(
    block: Block, name: str, nodes: tuple[Node, ...], tapped: bool, x: Shape | None
) -> Literal["as made", "unfed", "stale", "group"]:
    """What is to become of a fold with these nodes: it may stay, must be made anew, or is a block no more.

    `tapped` says that other nodes than its last one lead out of it, its entry aside. Cached, since an edit
    changes few folds.
    """
    entry = _entry(nodes)
    fed = entry is not None and bool(entry.inputs)
    if not fed and x is not None and _matches(name, nodes, tapped, block.nodes(x)):
        return "as made"
    if not any(_matches(name, nodes, tapped, expected, any_input=True) for expected in block.variants()):
        return "group"
    return "stale" if fed or x is not None else "unfed"


@lru_cache(maxsize=16_384)
def _given(block: Block, x: Shape | None, classes: int | None) -> Shape | None:
    """The output shape of a block that is made for `x`."""
    shapes = {X: x}
    nodes = block.nodes(x)
    for node in nodes:
        shapes[node.name] = output_of(node.layer, tuple(shapes[each] for each in node.inputs), classes)
    return shapes[nodes[-1].name]


def _with_blocks(network: Network, blocks: Mapping[str, Block | None]) -> Network:
    folds = (
        replace(fold, block=blocks[fold.name]) if fold.name in blocks else fold for fold in network.folds
    )
    return Network(network.nodes, tuple(folds))


def _incoming(network: Network, name: str, outputs: Mapping[str, Shape | None]) -> Shape | None:
    """The input shape of a fold, where `outputs` knows it; None where no node feeds it, or several do."""
    sources = sources_of(network, network.folded[name])
    return outputs.get(sources[0]) if len(sources) == 1 else None


def _entry(nodes: Sequence[Node]) -> Node | None:
    """The Identity that a block begins with while nothing feeds it; no block has an Identity of its own."""
    return nodes[0] if nodes and isinstance(nodes[0].layer, Identity) else None


def _matches(
    name: str,
    inside: Sequence[Node],
    tapped: bool,
    expected: Sequence[BlockNode],
    any_input: bool = False,
) -> bool:
    """Whether the nodes of a fold are those expected: the same layers, wired alike, whatever their names.

    Another element-wise activation is allowed, if it is the same throughout; with `any_input`, so is any
    number of channels that a padded shortcut adds. Only the last layer may lead out.
    """
    entry = _entry(inside)
    nodes = inside if entry is None else inside[1:]
    if len(nodes) != len(expected) or any(node.fold != name for node in nodes):
        return False
    if len({node.layer for node in nodes if node.layer.elementwise}) > 1:
        return False
    if tapped:
        return False
    sources = (entry.name,) if entry is not None else _sources(tuple(inside))
    path = {node.name: other.name for node, other in zip(nodes, expected, strict=True)}
    path.update(dict.fromkeys(sources[:1], X))
    return all(
        _alike(node.layer, other.layer, any_input)
        and tuple(path.get(source) for source in node.inputs)
        == (other.inputs if sources else tuple(taken for taken in other.inputs if taken != X))
        for node, other in zip(nodes, expected, strict=True)
    )


def _alike(one: Layer, other: Layer, any_input: bool) -> bool:
    if one.elementwise and other.elementwise:
        return True
    if any_input and one.follows_input and type(one) is type(other):
        return True
    return one == other


def _reexpanded(network: Network, incoming: Mapping[str, Shape | None]) -> Network:
    """Makes the nodes of these folds anew from their blocks, each for its input shape.

    Activations, frozen marks and names are kept.
    """
    made: dict[str, tuple[Node, ...]] = {}
    ends: dict[str, str] = {}
    taken: set[str] = set()
    for name, x in incoming.items():
        inside = network.folded[name]
        nodes = _made_anew(network, name, x, taken)
        made[inside[0]] = nodes
        made.update(dict.fromkeys(inside[1:], ()))
        ends.update(dict.fromkeys(inside, nodes[-1].name))
    kept: list[Node] = []
    for node in network.nodes:
        nodes = made.get(node.name, (node,))
        own = {each.name for each in nodes}
        # what took a node of such a fold takes the fold's last node now
        kept += (
            replace(
                each, inputs=tuple(taken if taken in own else ends.get(taken, taken) for taken in each.inputs)
            )
            for each in nodes
        )
    return network.with_nodes(kept)


def _made_anew(network: Network, name: str, x: Shape | None, taken: set[str]) -> tuple[Node, ...]:
    """The new nodes of a fold for this input shape. Their names are added to those that are `taken`."""
    fold = network.by_fold[name]
    assert fold.block is not None
    inside = network.folded[name]
    old = [network[each] for each in inside]
    path = path_of(network, name) or name
    sources = sources_of(network, inside)
    lead: tuple[Node, ...] = ()
    if not sources:
        lead = (_entry(old) or Node(f"{path}.{X}", Identity(), (), name),)
        taken.add(lead[0].name)
    source = sources[0] if sources else lead[0].name
    nodes = nodes_of(fold.block, x, name, source, path)
    return (*lead, *_as_before(old, nodes, _kept_names(network, old, nodes, taken)))


def _as_before(old: Sequence[Node], made: Sequence[Node], names: Mapping[str, str]) -> tuple[Node, ...]:
    """The new nodes under these names, with the activation of the old ones, and frozen where those were."""
    activation = next((node.layer for node in old if node.layer.elementwise), None)
    frozen = {node.name: node.frozen for node in old}
    all_frozen = bool(old) and all(frozen.values())
    return tuple(
        replace(
            node,
            name=names[node.name],
            layer=activation if activation is not None and node.layer.elementwise else node.layer,
            inputs=tuple(names.get(taken, taken) for taken in node.inputs),
            frozen=frozen.get(names[node.name], all_frozen),
        )
        for node in made
    )


def _kept_names(
    network: Network, old: Sequence[Node], made: Sequence[Node], taken: set[str]
) -> dict[str, str]:
    """Names for the new nodes: those of the old nodes that do the same, else free ones."""
    left = {node.name: node for node in old}
    names = {node.name: node.name for node in made if left.pop(node.name, None) is not None}
    for node in made:
        if node.name not in names:
            same = (other.name for other in left.values() if _stands_for(other.layer, node.layer))
            if (name := next(same, None)) is not None:
                names[node.name] = name
                del left[name]
    for node in made:
        if node.name not in names:
            free = node.name
            if free in taken or free in network or free in network.holders:
                free = free_name(network, node.layer, taken, within=free.rpartition(".")[0])
            names[node.name] = free
            taken.add(free)
    return names


def _stands_for(old: Layer, new: Layer) -> bool:
    return type(old) is type(new) or (old.elementwise and new.elementwise)


# -- repeats and shortcuts


class Repeat(msgspec.Struct, frozen=True):
    """How many equal blocks follow each other. It is stored nowhere: it is counted from the blocks."""

    times: Annotated[int, whole("Repeat", "How many equal blocks follow each other.", 1, 200, unit="×")] = 1


def repeat(network: Network, names: Sequence[str], times: int, classes: int | None = None) -> Network:
    """Makes a row of equal blocks longer or shorter: `names` are the folds of the row, first to last.

    New blocks are copies of the last one and come behind it.
    """
    gone = [node for name in names[times:] for node in network.folded[name]]
    network = edits.remove(network, gone)
    if times > len(names):
        network = _lengthened(network, names[-1], times - len(names), check(network, classes))
    return settled(network, classes)


def _lengthened(network: Network, name: str, times: int, report: Report) -> Network:
    fold, inside = network.by_fold[name], network.folded[name]
    assert fold.block is not None
    old = [network[each] for each in inside]
    leaf = leaves_of(network, inside)[-1]
    # the block behind layer1.1 is layer1.2, as torchvision counts
    counted = name[-1].isdecimal() and name == path_of(network, name)
    stem = name.rstrip("0123456789") if counted else fold.block.stem
    entry = Node(free_name(network, Identity()), Identity())
    folds: list[Fold] = []
    nodes = [entry]
    for _ in range(times):
        new = free_fold(network, stem, [each.name for each in folds])
        made = nodes_of(fold.block, report.nodes[leaf].output, new, nodes[-1].name)
        nodes += _as_before(old, made, {node.name: node.name for node in made})
        folds.append(Fold(new, fold.block))
    part = Network(tuple(nodes), tuple(folds))
    return _dissolved(edits.spliced(network, part, leaf, fold.within), entry.name)


def set_shortcuts(network: Network, shortcut: bool, classes: int | None = None) -> Network:
    """Gives every residual block its shortcut, or takes it: the plain twin of He et al. 2015, section 4.1."""
    blocks = {fold.name: fold.block for fold in network.folds if fold.block is not None}
    wanted = {name: block.residual() if shortcut else block.plain() for name, block in blocks.items()}
    other = {name: block for name, block in wanted.items() if block != blocks[name]}
    return set_blocks(network, other, classes) if other else network
