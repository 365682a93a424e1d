"""Edits of a network as pure functions: each takes a network and gives a new one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec.structs import replace

from networks.core.fields import described
from networks.core.message import UserError, message
from networks.graph.free_names import free_name, path_of
from networks.graph.network import Network, Node, Wire, name_problem
from networks.layers.base import Layer
from networks.layers.ends import Output


def place(network: Network, layer: Layer) -> tuple[Network, str]:
    """Adds a loose layer. Gives the network and the new node's name."""
    name = free_name(network, layer)
    return network.with_nodes((*network.nodes, Node(name, layer))), name


def insert(network: Network, layer: Layer, *wires: Wire) -> tuple[Network, str]:
    """Puts a layer on wires from one source: between the source and their targets."""
    source = wires[0].source
    fold = common_fold(network, (source, *(wire.target for wire in wires)))
    name = free_name(network, layer, within=path_of(network, fold))
    nodes = network.nodes
    for wire in wires:
        nodes = rewired(nodes, wire, name)
    inputs = (source,) if layer.most_inputs else ()
    return network.with_nodes(after(nodes, source, (Node(name, layer, inputs, fold),))), name


def common_fold(network: Network, names: Collection[str]) -> str:
    """The innermost fold that all of these nodes lie in; empty where there is none."""
    shared: tuple[str, ...] | None = None
    for name in names:
        around = network.around(network[name].fold)
        shared = around if shared is None else tuple(fold for fold in shared if fold in around)
    return shared[0] if shared else ""


def fold_behind(network: Network, name: str) -> str:
    """The fold for what is put behind a node; what is put behind the last node of a fold lies outside it."""
    behind = [wire.target for wire in network.consumers[name]]
    if behind or network[name].layer.ends:
        return common_fold(network, [name, *behind])
    fold = network[name].fold
    return network.by_fold[fold].within if fold else ""


def add_after(network: Network, layer: Layer, name: str) -> tuple[Network, str]:
    """Puts a layer between `name` and all that take its output.

    Nothing can follow an Output, so there the layer comes before it.
    """
    if not layer.most_inputs:
        return place(network, layer)
    fold = fold_behind(network, name)
    new = free_name(network, layer, within=path_of(network, fold))
    return spliced(network, Network((Node(new, layer),)), name, fold), new


def append(network: Network, layer: Layer) -> tuple[Network, str]:
    """Puts a layer at the end, before the Output where there is one."""
    last = tail(network)
    return add_after(network, layer, last) if last else place(network, layer)


def tail(network: Network) -> str | None:
    """The node behind which layers are appended: the Output, or else the last node that leads nowhere."""
    if outputs := network.of_type(Output):
        return outputs[-1].name
    order = network.order
    return next(
        (name for name in reversed(order) if not network.consumers[name]), order[-1] if order else None
    )


def remove(network: Network, names: Collection[str]) -> Network:
    """Removes layers and joins their neighbours: what took a layer's output takes its first input instead."""
    gone = set(names)

    def heir(name: str) -> str | None:
        met: set[str] = set()
        while name in gone:
            inputs = network[name].inputs
            if not inputs or name in met:
                return None
            met.add(name)
            name = inputs[0]
        return name

    kept = []
    for node in network.nodes:
        if node.name not in gone:
            heirs = (heir(source) for source in node.inputs)
            kept.append(replace(node, inputs=tuple(h for h in heirs if h is not None and h != node.name)))
    return network.with_nodes(kept)


def connect(network: Network, source: str, target: str, index: int | None = None) -> Network:
    """Draws a wire. A target with one input changes its source; one that takes several gets one more.

    With `index`, that input is replaced. Raises UserError where such a wire is not possible.
    """
    taker = network[target]
    most = taker.layer.most_inputs
    if not most:
        raise UserError(message("“{name}” takes no input: draw the wire to another layer.", name=target))
    if network[source].layer.ends:
        raise UserError(message("Nothing follows an Output: start the wire at another layer."))
    if target in network.upstream([source]):
        raise UserError(
            message(
                "A wire from “{source}” to “{target}” would close a loop: draw it the other way round.",
                source=source,
                target=target,
            )
        )
    if index is None and most > 1:
        if len(taker.inputs) >= most:
            raise UserError(
                message("“{name}” has all of its {most} inputs: remove a wire first.", name=target, most=most)
            )
        return _with(network, replace(taker, inputs=(*taker.inputs, source)))
    inputs = list(taker.inputs)
    # beyond the inputs that there are: the next one or, where the layer takes no more, the last
    at = min(index or 0, len(inputs) if len(inputs) < most else len(inputs) - 1)
    inputs[at : at + 1] = [source]
    return _with(network, replace(taker, inputs=tuple(inputs)))


def disconnect(network: Network, wires: Iterable[Wire]) -> Network:
    """Removes wires; the layers stay."""
    gone = set(wires)
    return network.with_nodes(
        tuple(
            replace(
                node,
                inputs=tuple(s for i, s in enumerate(node.inputs) if Wire(s, node.name, i) not in gone),
            )
            for node in network.nodes
        )
    )


def set_layers(network: Network, layers: Mapping[str, Layer]) -> Network:
    """Gives nodes other layers; names and wires stay."""
    return network.with_nodes(
        tuple(
            replace(node, layer=layers[node.name]) if node.name in layers else node for node in network.nodes
        )
    )


class Training(msgspec.Struct, frozen=True):
    """Whether training changes the weights of what is selected."""

    frozen: Annotated[
        bool,
        described("Frozen", "Training leaves these weights, and a normalization’s statistics, as they are."),
    ] = False


def freeze(network: Network, names: Collection[str], frozen: bool = True) -> Network:
    """Marks nodes as frozen, so that training leaves their weights and running statistics as they are."""
    return network.with_nodes(
        replace(node, frozen=frozen) if node.name in names else node for node in network.nodes
    )


def rename(network: Network, old: str, new: str) -> Network:
    """Renames a node. Raises UserError where the name is taken or is not a possible one."""
    if old == new:
        return network
    if problem := name_problem(new):
        raise UserError(problem)
    if new in network:
        raise UserError(message("There is a layer “{name}” already: choose another name.", name=new))
    if new in network.by_fold:
        raise UserError(message("There is a group “{name}” already: choose another name.", name=new))
    return network.with_nodes(
        tuple(
            replace(
                node,
                name=new if node.name == old else node.name,
                inputs=tuple(new if source == old else source for source in node.inputs),
            )
            for node in network.nodes
        )
    )


def exits(part: Network) -> list[str]:
    """The nodes that lead nowhere although something could follow them, in the order of the network."""
    return [name for name in part.order if not part.consumers[name] and not part[name].layer.ends]


def exit_of(part: Network) -> str | None:
    """The node that leads out of a fragment, the last one of several; None where nothing can follow."""
    return next(reversed(exits(part)), None)


def spliced(network: Network, part: Network, name: str, fold: str = "") -> Network:
    """Puts a fragment with one input and one output in series behind `name`; before an Output."""
    entry = next(node.name for node in part.nodes if not node.inputs)
    leaves = exit_of(part) or part.nodes[-1].name
    before_output = network[name].layer.ends
    sources = network[name].inputs[:1] if before_output else (name,)
    added = tuple(
        replace(node, inputs=sources if node.name == entry else node.inputs, fold=node.fold or fold)
        for node in part.nodes
    )
    if before_output:
        kept = rewired(network.nodes, Wire(sources[0] if sources else "", name, 0), leaves)
    else:
        kept = tuple(
            replace(n, inputs=tuple(leaves if source == name else source for source in n.inputs))
            if name in n.inputs
            else n
            for n in network.nodes
        )
    inner = tuple(replace(each, within=each.within or fold) for each in part.folds)
    return Network(after(kept, sources[0] if sources else None, added), (*network.folds, *inner))


def _with(network: Network, node: Node) -> Network:
    return network.with_nodes(node if other.name == node.name else other for other in network.nodes)


def rewired(nodes: tuple[Node, ...], wire: Wire, source: str) -> tuple[Node, ...]:
    """The nodes, with the target of this wire taking another source."""
    return tuple(
        replace(node, inputs=(*node.inputs[: wire.index], source, *node.inputs[wire.index + 1 :]))
        if node.name == wire.target
        else node
        for node in nodes
    )


def after(nodes: tuple[Node, ...], name: str | None, added: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes, with others added behind the one of this name, or at the end."""
    at = next((i + 1 for i, node in enumerate(nodes) if node.name == name), len(nodes))
    return (*nodes[:at], *added, *nodes[at:])
