"""Random blocks and folded networks for hypothesis, and random edits of them."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from networks.blocks import BLOCKS
from networks.blocks.base import Block
from networks.blocks.convolution import ConvBNReLU, VGGStage
from networks.blocks.inception import AuxiliaryClassifier, Inception
from networks.blocks.residual import Bottleneck, Residual
from networks.core.fields import changed, fields_of
from networks.core.message import UserError
from networks.core.shapes import Shape
from networks.graph import edits, fragments, groups
from networks.graph.check import check
from networks.graph.folds import (
    add_block_after,
    insert_block,
    nodes_of,
    place_block,
    repeat,
    set_block,
    set_shortcuts,
)
from networks.graph.network import Fold, Network, Node
from networks.graph.saved_blocks import saved_block
from networks.layers.activation import Activation, Tanh
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Concat
from networks.layers.rectifiers import ReLU
from tests.networks.graph.random_edits import any_layer, edited, some_names
from tests.networks.strategies import values

CLASS_COUNT = 3


def blocks_of(kind: type[Block]) -> st.SearchStrategy[Block]:
    """Blocks of a type with all parameters drawn."""
    drawn = st.fixed_dictionaries({field.name: values(field) for field in fields_of(kind)})
    return drawn.map(lambda parameters: changed(kind(), **parameters))


def any_block() -> st.SearchStrategy[Block]:
    """A block of any type; half of them with default parameters."""
    return st.sampled_from(BLOCKS).flatmap(lambda kind: st.just(kind()) | blocks_of(kind))


def around(block: Block, x: Shape) -> Network:
    """A whole network: an Input, the block (called `b`) and a classifier."""
    made = nodes_of(block, x, "b", "input")
    last = "input" if block.ends else made[-1].name
    return Network(
        (
            Node("input", Input(channels=x[0], size=(x[1], x[2]))),
            *made,
            Node("flatten", Flatten(), (last,)),
            Node("fc", Linear(CLASSES), ("flatten",)),
            Node("output", Output(), ("fc",)),
        ),
        (Fold("b", block),),
    )


def stack(*blocks: Block, x: Shape = (3, 8, 8)) -> Network:
    """A whole network: an Input, these blocks in series (b1, b2, …) and a classifier."""
    network = Network(
        (
            Node("input", Input(channels=x[0], size=(x[1], x[2]))),
            Node("flatten", Flatten(), ("input",)),
            Node("fc", Linear(CLASSES), ("flatten",)),
            Node("output", Output(), ("fc",)),
        )
    )
    for number, block in enumerate(blocks, 1):
        network = with_block(network, block, f"b{number}")
    return network


def with_block(network: Network, block: Block, name: str) -> Network:
    """The network with exactly this block before its Flatten."""
    (source,) = network["flatten"].inputs
    made = nodes_of(block, check(network, CLASS_COUNT).nodes[source].output, name, source)
    nodes = edits.after(network.nodes, source, made)
    if not block.ends:
        nodes = tuple(
            replace(node, inputs=(made[-1].name,)) if node.name == "flatten" else node for node in nodes
        )
    return Network(nodes, (*network.folds, Fold(name, block)))


STARTS = (
    stack(Residual(4), Residual(4), Residual(8, 2), Residual(8)),
    stack(Bottleneck(8, 4, 2), AuxiliaryClassifier(2, 4), Inception(2, 2, 2, 2, 2, 2)),
    stack(VGGStage(4, 2), ConvBNReLU(4), ConvBNReLU(4)),
    stack(Residual(8, 1, True, "padding"), Residual(8, 1, False)),
    stack(),
)


# -- edits of folds


def _group(draw: st.DrawFn, network: Network) -> Network:
    chosen = draw(some_names(network))
    whole = draw(st.booleans())
    if whole and chosen:  # with what lies between them, or nearly every group would be refused
        behind = _downstream(network, chosen)
        chosen |= behind & network.upstream(chosen)
    return groups.group(network, chosen, draw(st.sampled_from(["stem", "My group", "relu1", "residual1"])))


def _downstream(network: Network, names: set[str]) -> set[str]:
    return {node.name for node in network.nodes if network.upstream([node.name]) & names}


def folds_in(network: Network) -> st.SearchStrategy[str]:
    return st.sampled_from([fold.name for fold in network.folds])


def _ungroup(draw: st.DrawFn, network: Network) -> Network:
    return groups.ungroup(network, draw(folds_in(network)))


def _rename_fold(draw: st.DrawFn, network: Network) -> Network:
    return groups.rename_fold(network, draw(folds_in(network)), draw(st.sampled_from(["top", "Ω", "b1"])))


def _insert_block(draw: st.DrawFn, network: Network) -> Network:
    wire = draw(st.sampled_from(network.wires))
    x = check(network, CLASS_COUNT).wire_shape(wire)
    return insert_block(network, draw(any_block()), (wire,), x)[0]


def _add_part(draw: st.DrawFn, network: Network) -> Network:
    name = draw(st.sampled_from([node.name for node in network.nodes]))
    return add_block_after(network, draw(any_block()), name, check(network, CLASS_COUNT).nodes[name].output)[
        0
    ]


def _place_block(draw: st.DrawFn, network: Network) -> Network:
    return place_block(network, draw(any_block()))[0]


def _insert_saved(draw: st.DrawFn, network: Network) -> Network:
    part = saved_block(network, draw(folds_in(network)))
    return insert_block(network, part, (draw(st.sampled_from(network.wires)),))[0]


def _set_block(draw: st.DrawFn, network: Network) -> Network:
    fold = draw(st.sampled_from([fold for fold in network.folds if fold.block is not None]))
    return set_block(network, fold.name, draw(blocks_of(type(fold.block))), CLASS_COUNT)


def _repeat(draw: st.DrawFn, network: Network) -> Network:
    fold = draw(
        st.sampled_from([fold for fold in network.folds if fold.block is not None and not fold.block.ends])
    )
    return repeat(network, (fold.name,), draw(st.integers(1, 3)), CLASS_COUNT)


def _set_shortcuts(draw: st.DrawFn, network: Network) -> Network:
    return set_shortcuts(network, draw(st.booleans()), CLASS_COUNT)


def _remove_fold(draw: st.DrawFn, network: Network) -> Network:
    return edits.remove(network, network.folded[draw(folds_in(network))])


def _copy_fold(draw: st.DrawFn, network: Network) -> Network:
    return fragments.duplicate(network, network.folded[draw(folds_in(network))])[0]


def _paste_fold(draw: st.DrawFn, network: Network) -> Network:
    part = fragments.fragment(network, network.folded[draw(folds_in(network))])
    after = draw(st.none() | st.sampled_from([node.name for node in network.nodes]))
    return fragments.paste(network, part, after)[0]


def _cut_off(draw: st.DrawFn, network: Network) -> Network:
    """Removes all wires that lead to a fold."""
    inside = network.folded[draw(folds_in(network))]
    return edits.disconnect(
        network, [wire for wire in network.wires if wire.target in inside and wire.source not in inside]
    )


def _connect_fold(draw: st.DrawFn, network: Network) -> Network:
    inside = network.folded[draw(folds_in(network))]
    source = draw(st.sampled_from([node.name for node in network.nodes if not node.layer.ends]))
    sources = groups.sources_of(network, inside)
    return groups.connect_fold(network, source, inside, sources[0] if len(sources) == 1 else None)


def _switch_activation(draw: st.DrawFn, network: Network) -> Network:
    kind = draw(st.sampled_from([ReLU, Tanh]))
    return edits.set_layers(
        network,
        {n.name: kind() for n in network.nodes if isinstance(n.layer, Activation) and n.layer.elementwise},
    )


def _freeze(draw: st.DrawFn, network: Network) -> Network:
    return edits.freeze(network, draw(some_names(network)))


def _concat(draw: st.DrawFn, network: Network) -> Network:
    """Adds a Concat of two nodes, which may lie in folds."""
    network, name = edits.place(network, draw(st.just(Concat()) | any_layer()))
    return edits.connect(network, draw(st.sampled_from([n.name for n in network.nodes])), name)


WITH_NODES = (_group, _add_part, _place_block, _switch_activation, _freeze, _concat)
WITH_WIRES = (_insert_block,)
WITH_FOLDS = (_ungroup, _rename_fold, _insert_saved, _remove_fold, _copy_fold, _paste_fold, _cut_off)
WITH_FOLDS += (_connect_fold,)
WITH_BLOCKS = (_set_block, _repeat, _set_shortcuts)


@st.composite
def fold_edited(draw: st.DrawFn, network: Network) -> Network:
    """The network after one random edit of layers or folds; unchanged where it is refused."""
    possible = [_place_block]
    if network.nodes:
        possible += WITH_NODES
    if network.wires:
        possible += WITH_WIRES
    if network.folds:
        possible += WITH_FOLDS if network.wires else ()
    if any(fold.block is not None and not fold.block.ends for fold in network.folds):
        possible += WITH_BLOCKS
    if draw(st.integers(0, 3)) == 0:
        return draw(edited(network))
    try:
        return draw(st.sampled_from(possible))(draw, network)
    except UserError:
        return network


@st.composite
def folded_networks(draw: st.DrawFn, most_edits: int = 5) -> Network:
    """A network with blocks and groups after some random edits."""
    network = draw(st.sampled_from(STARTS))
    for _ in range(draw(st.integers(0, most_edits))):
        network = draw(fold_edited(network))
    return network
