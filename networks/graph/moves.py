"""Moving layers: they are taken out of the network and put onto one of its wires."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from msgspec.structs import replace

from networks.core.message import UserError, message
from networks.graph import edits
from networks.graph.network import Network, Node, Wire
from networks.graph.walk import reached
from networks.layers.linear import Identity


class Strand(msgspec.Struct, frozen=True):
    """Layers that are moved in one piece: one of them takes what comes in, one gives what goes out."""

    first: str
    last: str


def move(network: Network, names: Collection[str], *wires: Wire) -> Network:
    """Puts layers onto wires that come from one source; where they stood, their neighbours are joined.

    All layers keep their names and parameters. A layer's first input leads to the new place; its others, such
    as the shortcut of an Add, stay. Pieces that are not joined are put one behind the other. An Output takes
    what the wire carries. On a wire of their own, layers stay where they are. Raises UserError where the
    layers cannot stand there.
    """
    if not names or any(_is_own(wire, names) for wire in wires):
        return network
    if end := _lone_end(network, names):
        return _ended(network, end, wires[0].source)
    strands = strands_of(network, names)
    marked, place = edits.insert(network, Identity(), *wires)
    return _put(network, names, strands, edits.remove(marked, names), place)


def move_behind(network: Network, names: Collection[str], name: str) -> Network:
    """As `move`, but behind this layer; before it if it is an Output."""
    if not names:
        return network
    if end := _lone_end(network, names):
        return _ended(network, end, name)
    strands = strands_of(network, names)
    marked, place = edits.add_after(network, Identity(), name)
    return _put(network, names, strands, edits.remove(marked, names), place)


def _is_own(wire: Wire, names: Collection[str]) -> bool:
    """Whether a wire leads from moved layers to moved layers, or from the side into one of them."""
    return wire.target in names and (wire.source in names or wire.index > 0)


def strands_of(network: Network, names: Collection[str]) -> tuple[Strand, ...]:
    """The pieces that these layers are moved in, in the order of the network.

    Raises UserError where a piece has more than one entry or exit, or can have none.
    """
    inside = set(names)

    def neighbours(name: str) -> list[str]:
        linked = [*network[name].inputs, *(wire.target for wire in network.consumers[name])]
        return [other for other in linked if other in inside]

    strands: list[Strand] = []
    done: set[str] = set()
    for name in (*network.order, *network.by_name):
        if name not in inside or name in done:
            continue
        piece = reached([name], neighbours)
        done |= piece
        strands.append(_strand(network, [each for each in network.by_name if each in piece]))
    return tuple(strands)


def _strand(network: Network, piece: Sequence[str]) -> Strand:
    inside = set(piece)
    for name in piece:
        if not network[name].layer.most_inputs:
            raise UserError(message("Nothing leads into “{name}”: leave it where it is.", name=name))
        if network[name].layer.ends:
            raise UserError(message("Nothing follows “{name}”: move it on its own.", name=name))
    first = [name for name in piece if not network[name].inputs or network[name].inputs[0] not in inside]
    last = [
        name
        for name in piece
        if not network.consumers[name] or any(wire.target not in inside for wire in network.consumers[name])
    ]
    if len(first) != 1 or len(last) != 1:
        raise UserError(
            message("Wires lead into or out of the middle of what you move: move fewer layers at once.")
        )
    return Strand(first[0], last[0])


def _lone_end(network: Network, names: Collection[str]) -> str | None:
    name = next(iter(names)) if len(names) == 1 else None
    return name if name is not None and network[name].layer.ends else None


def _ended(network: Network, name: str, source: str) -> Network:
    """The network with this Output taking another layer's output."""
    if source == name:
        return network
    if network[source].layer.ends:
        raise UserError(message("Nothing follows an Output: choose another place."))
    return edits.connect(network, source, name, 0) if network[name].inputs != (source,) else network


def _put(
    network: Network, names: Collection[str], strands: Sequence[Strand], marked: Network, place: str
) -> Network:
    """The moved layers in the place of the marker."""
    inside, fold = set(names), marked[place].fold
    whole = {one for one, members in network.folded.items() if members and inside.issuperset(members)}
    before = marked[place].inputs
    inputs: dict[str, tuple[str, ...]] = {}
    for strand in strands:
        inputs[strand.first] = (*before, *network[strand.first].inputs[1:])
        before = (strand.last,)
    moved = [
        replace(
            node, inputs=inputs.get(node.name, node.inputs), fold=node.fold if node.fold in whole else fold
        )
        for node in network.nodes
        if node.name in inside
    ]
    nodes: list[Node] = []
    for node in marked.nodes:
        if node.name == place:
            nodes += moved
        else:
            taken = tuple(before[0] if source == place else source for source in node.inputs)
            nodes.append(replace(node, inputs=taken))
    if all(node.inputs == network[node.name].inputs for node in nodes):
        return network  # put back where they were, in the same fold as well
    folds = (
        replace(one, within=fold) if one.name in whole and one.within not in whole else one
        for one in network.folds
    )
    result = Network(network.nodes, tuple(folds)).with_nodes(nodes)
    if len(result.order) < len(network.order):
        looped = next((name for name in names if name in result.looped), next(iter(names)))
        raise UserError(
            message(
                "“{name}” also takes something that would come after it there: remove that wire first, or "
                "choose a place further down.",
                name=looped,
            )
        )
    return result
