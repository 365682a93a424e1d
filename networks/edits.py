"""Edits of a network as pure functions: each takes a network and gives a new one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import count

import msgspec

from networks.layers.base import Layer
from networks.layers.network import Output
from networks.message import UserError, message
from networks.network import RESERVED, Network, Node, Wire, name_problem

replace = msgspec.structs.replace


def free_name(network: Network, layer: Layer, taken: Collection[str] = (), start: int = 1) -> str:
    """A name for a new node, such as `conv3`; Input and Output have no number while they are alone.

    Numbers below `start` are known to be taken.
    """
    if layer.stem in ("input", "output") and layer.stem not in network and layer.stem not in taken:
        return layer.stem
    return next(
        name
        for name in (f"{layer.stem}{number}" for number in count(start))
        if name not in network and name not in taken and name not in RESERVED
    )


def place(network: Network, layer: Layer) -> tuple[Network, str]:
    """Adds a loose layer. Gives the network and the new node's name."""
    name = free_name(network, layer)
    return Network((*network.nodes, Node(name, layer))), name


def insert(network: Network, layer: Layer, wire: Wire) -> tuple[Network, str]:
    """Puts a layer on a wire: it takes the wire's source, and the wire's target takes it."""
    name = free_name(network, layer)
    inputs = (wire.source,) if layer.most_inputs else ()
    nodes = _with_input(network.nodes, wire.target, wire.index, name)
    return Network(_after(nodes, wire.source, (Node(name, layer, inputs),))), name


def add_after(network: Network, layer: Layer, name: str) -> tuple[Network, str]:
    """Puts a layer behind `name`: it takes that node, and all that took that node take it.

    Nothing follows an Output, so behind one means before it.
    """
    if not layer.most_inputs:
        return place(network, layer)
    part, (new,) = _renamed(Network((Node(free_name(network, layer), layer),)), network)
    return _spliced(network, part, name), new


def append(network: Network, layer: Layer) -> tuple[Network, str]:
    """Puts a layer at the end, before the Output where there is one."""
    last = tail(network)
    return add_after(network, layer, last) if last else place(network, layer)


def tail(network: Network) -> str | None:
    """The node that something appended goes behind: an Output, or else the last node that nothing takes."""
    if outputs := network.of_type(Output):
        return outputs[-1].name
    order = network.order
    return next(
        (name for name in reversed(order) if not network.consumers[name]), order[-1] if order else None
    )


def remove(network: Network, names: Collection[str]) -> Network:
    """Takes layers out and joins their neighbours: what took a layer takes that layer's first input."""
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
    return Network(tuple(kept))


def connect(network: Network, source: str, target: str, index: int | None = None) -> Network:
    """Draws a wire. A target with one input changes its source; one with several gets one more.

    With `index` that input is replaced. Raises UserError, in words, where such a wire cannot be.
    """
    taker = network[target]
    most = taker.layer.most_inputs
    if not most:
        raise UserError(message("“{name}” takes no input: draw the wire to another layer.", name=target))
    if isinstance(network[source].layer, Output):
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
    # an input that is not there yet is the next one or, where the layer takes no more, the last
    at = min(index or 0, len(inputs) if len(inputs) < most else len(inputs) - 1)
    inputs[at : at + 1] = [source]
    return _with(network, replace(taker, inputs=tuple(inputs)))


def disconnect(network: Network, wires: Iterable[Wire]) -> Network:
    """Removes wires; the layers stay."""
    gone = set(wires)
    return Network(
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
    return Network(
        tuple(
            replace(node, layer=layers[node.name]) if node.name in layers else node for node in network.nodes
        )
    )


def rename(network: Network, old: str, new: str) -> Network:
    """Gives a node another name. Raises UserError where the name is taken or no name."""
    if old == new:
        return network
    if problem := name_problem(new):
        raise UserError(problem)
    if new in network:
        raise UserError(message("There is a layer “{name}” already: choose another name.", name=new))
    return Network(
        tuple(
            replace(
                node,
                name=new if node.name == old else node.name,
                inputs=tuple(new if source == old else source for source in node.inputs),
            )
            for node in network.nodes
        )
    )


def fragment(network: Network, names: Collection[str]) -> Network:
    """The part of the network made of these nodes, with the wires among them: what copy takes."""
    return Network(
        tuple(
            replace(node, inputs=tuple(source for source in node.inputs if source in names))
            for node in network.nodes
            if node.name in names
        )
    )


def paste(network: Network, part: Network, after: str | None = None) -> tuple[Network, tuple[str, ...]]:
    """Adds a copy of a fragment under new names: behind `after` where it has one way in and out, else loose.

    Gives the network and the new names.
    """
    part, names = _renamed(part, network)
    entries = [node for node in part.nodes if not node.inputs]
    exits = [node for node in part.nodes if not part.consumers[node.name]]
    chained = len(entries) == len(exits) == 1 and entries[0].layer.most_inputs and not part.of_type(Output)
    if after is not None and chained:
        return _spliced(network, part, after), names
    return Network((*network.nodes, *part.nodes)), names


def duplicate(network: Network, names: Collection[str]) -> tuple[Network, tuple[str, ...]]:
    """Copies these nodes behind the last of them. Gives the network and the new names."""
    last = next((name for name in reversed(network.order) if name in names), None)
    return paste(network, fragment(network, names), last)


def _renamed(part: Network, network: Network) -> tuple[Network, tuple[str, ...]]:
    names: dict[str, str] = {}
    taken: set[str] = set()
    starts: dict[str, int] = {}
    for node in part.nodes:
        stem = node.layer.stem
        name = free_name(network, node.layer, taken, starts.get(stem, 1))
        names[node.name] = name
        taken.add(name)
        starts[stem] = int(name.removeprefix(stem) or 0) + 1
    nodes = tuple(
        replace(node, name=names[node.name], inputs=tuple(names[source] for source in node.inputs))
        for node in part.nodes
    )
    return Network(nodes), tuple(names.values())


def _spliced(network: Network, part: Network, name: str) -> Network:
    """The part, which has one way in and one out, in series behind `name`; before an Output."""
    entry = next(node.name for node in part.nodes if not node.inputs)
    leaves = next(node.name for node in part.nodes if not part.consumers[node.name])
    before_output = isinstance(network[name].layer, Output)
    sources = network[name].inputs[:1] if before_output else (name,)
    added = tuple(replace(node, inputs=sources) if node.name == entry else node for node in part.nodes)
    if before_output:
        kept = _with_input(network.nodes, name, 0, leaves)
    else:
        kept = tuple(
            replace(n, inputs=tuple(leaves if source == name else source for source in n.inputs))
            if name in n.inputs
            else n
            for n in network.nodes
        )
    return Network(_after(kept, sources[0] if sources else None, added))


def _with(network: Network, node: Node) -> Network:
    return Network(tuple(node if other.name == node.name else other for other in network.nodes))


def _with_input(nodes: tuple[Node, ...], target: str, index: int, source: str) -> tuple[Node, ...]:
    return tuple(
        replace(node, inputs=(*node.inputs[:index], source, *node.inputs[index + 1 :]))
        if node.name == target
        else node
        for node in nodes
    )


def _after(nodes: tuple[Node, ...], name: str | None, added: tuple[Node, ...]) -> tuple[Node, ...]:
    at = next((i + 1 for i, node in enumerate(nodes) if node.name == name), len(nodes))
    return (*nodes[:at], *added, *nodes[at:])
