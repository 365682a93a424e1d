"""The edits that the canvas can ask for, each with its text for undo; they are made by networks.graph."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from networks.blocks.base import Block
from networks.core.message import Message, UserError, message
from networks.core.shapes import Shape, ShapeError
from networks.graph import edits, folds, fragments, groups, moves
from networks.graph.network import Network, Wire
from networks.graph.presentation import Folded, Folding
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Layer
from networks.layers.ends import Output
from networks.layers.merge import Add, Concat
from widgets.canvas.input.navigation import Way
from widgets.canvas.items.content import title_of
from widgets.look.translation import declared, layers_counted

Thing = Layer | Block | SavedBlock
"""What the palette offers: one layer, or a block of several."""


class Edit(msgspec.Struct, frozen=True):
    """A new network, what was done in words, and what to select then; None leaves the selection as it is.

    `cursor` is where arrow keys start from when nothing is selected.
    """

    network: Network
    text: str
    select: tuple[str, ...] | None = None
    cursor: str | None = None


Wish = Edit | Message
"""An edit, or the reason why it is refused."""


class Choice(msgspec.Struct, frozen=True):
    """Several edits to choose from at a card, each with the words for it in a menu."""

    card: str
    options: tuple[tuple[str, Edit], ...]


def insert(folding: Folding, thing: Thing, wire: Wire) -> Edit:
    """Puts a layer or block onto a wire. An auxiliary output branches off there."""
    wires = folding.wires(wire)
    if isinstance(thing, Output) or not thing.most_inputs:
        return place(folding, thing)
    if isinstance(thing, Layer) and thing.ends:
        return _end_with(folding, thing, wires[0].source)
    if isinstance(thing, Layer):
        result, name = edits.insert(folding.network, thing, *wires)
    else:
        result, name = folds.insert_block(folding.network, thing, wires, folding.whole.wire_shape(wires[0]))
    return Edit(result, _tr("Insert {layer}").format(layer=title(thing)), (name,))


def append(folding: Folding, thing: Thing) -> Edit:
    """Puts a layer or block below the last one, before an Output."""
    end = edits.tail(folding.network)
    if end is None:
        return place(folding, thing)
    if thing.ends and isinstance(thing, Layer):
        return _end_with(folding, thing, end)
    result, name = _behind(folding, thing, end)
    return Edit(result, _tr("Append {layer}").format(layer=title(thing)), (name,))


def place(folding: Folding, thing: Thing) -> Edit:
    """Puts down a loose layer or block."""
    if isinstance(thing, Layer):
        result, name = edits.place(folding.network, thing)
    else:
        result, name = folds.place_block(folding.network, thing)
    return Edit(result, _tr("Place {layer}").format(layer=title(thing)), (name,))


def add(folding: Folding, thing: Thing, after: Sequence[str]) -> Edit:
    """Puts a layer or block behind the last of these, or at the end if there are none."""
    last = _last(folding, after)
    if last is None:
        return append(folding, thing)
    if thing.ends and isinstance(thing, Layer):
        return _end_with(folding, thing, last)
    result, name = _behind(folding, thing, last)
    return Edit(result, _tr("Add {layer}").format(layer=title(thing)), (name,))


def _behind(folding: Folding, thing: Thing, name: str) -> tuple[Network, str]:
    network = folding.network
    if isinstance(thing, Layer):
        return edits.add_after(network, thing, name)
    source = next(iter(network[name].inputs), None) if network[name].layer.ends else name
    x: Shape | None = folding.whole.nodes[source].output if source is not None else None
    return folds.add_block_after(network, thing, name, x)


def _end_with(folding: Folding, layer: Layer, name: str) -> Edit:
    """Connects an Output to `name` alone: nothing can follow one, so it cannot go between two layers."""
    network = folding.network
    result, new = edits.place(network, layer)
    if not network[name].layer.ends:
        result = edits.connect(result, name, new)
    return Edit(result, _tr("Add {layer}").format(layer=title(layer)), (new,))


def delete(folding: Folding, names: Collection[str], wires: Collection[Wire] = ()) -> Edit:
    """Takes out wires and layers; the layers' neighbours are joined."""
    network = folding.network
    real = [one for wire in wires for one in folding.wires(wire)]
    result = edits.disconnect(network, real) if real else network
    if not names:
        return Edit(result, _tr("Remove wire") if len(wires) == 1 else _tr("Remove wires"))
    text = _counted(folding, names, _tr("Delete {layers}"))
    inside = folding.nodes(names)
    return Edit(edits.remove(result, inside), text, (), _heir(network, inside))


def cut(folding: Folding, names: Collection[str]) -> Edit:
    """As `delete`, but undo calls it cutting."""
    edit = delete(folding, names)
    return replace(edit, text=_counted(folding, names, _tr("Cut {layers}")))


def duplicate(folding: Folding, names: Collection[str]) -> Edit:
    """Puts copies of these behind the last of them."""
    result, new = fragments.duplicate(folding.network, folding.nodes(names))
    return Edit(result, _counted(folding, names, _tr("Duplicate {layers}")), new)


def paste(folding: Folding, part: Network, after: Sequence[str]) -> Edit:
    """Puts a copied fragment behind the last of these."""
    result, new = fragments.paste(folding.network, part, _last(folding, after))
    layers = title_of(part.nodes[0].layer) if len(part.nodes) == 1 else layers_counted(len(part.nodes))
    return Edit(result, _tr("Paste {layers}").format(layers=layers), new)


def move(folding: Folding, names: Collection[str], place: Sequence[Wire] | str) -> Edit:
    """Moves cards onto wires, or behind a node."""
    inside = folding.nodes(names)
    if isinstance(place, str):
        result = moves.move_behind(folding.network, inside, place)
    else:
        result = moves.move(folding.network, inside, *place)
    return Edit(result, _counted(folding, names, _tr("Move {layers}")), tuple(names))


def stepped(folding: Folding, names: Sequence[str], way: Way) -> Wish:
    """Moves cards by one along their wire: before the card above them, or behind the one below."""
    network = folding.shown
    chosen = [name for name in network.order or tuple(network.by_name) if name in names]
    if not chosen:
        return message("Nothing is selected: click a layer first.")
    try:
        if way == "up":
            before = next((name for name in network[chosen[0]].inputs if name not in names), None)
            above = network[before].inputs if before is not None else ()
            if before is None or not above:
                return message("“{name}” cannot go further up.", name=chosen[0])
            return move(folding, names, folding.wires(Wire(above[0], before, 0)))
        after = next(
            (wire.target for wire in network.consumers[chosen[-1]] if wire.target not in names), None
        )
        if after is None or (leaf := folding.leaf(after)) is None:
            return message("“{name}” cannot go further down.", name=chosen[-1])
        return move(folding, names, leaf)
    except UserError as error:
        return error.reason


def connect(folding: Folding, source: str, target: str) -> Edit:
    """Draws a wire. Raises UserError if there cannot be one."""
    text = _tr("Connect {source} to {target}").format(source=source, target=target)
    return Edit(_connected(folding, folding.network, source, target), text)


def reconnect(folding: Folding, wire: Wire, target: str) -> Edit:
    """Moves the end of a wire to another layer. Raises UserError if it cannot end there."""
    text = _tr("Connect {source} to {target}").format(source=wire.source, target=target)
    without = edits.disconnect(folding.network, folding.wires(wire))
    return Edit(_connected(folding, without, wire.source, target), text)


def _connected(folding: Folding, network: Network, source: str, target: str) -> Network:
    leaf = folding.leaf(source)
    if leaf is None:
        raise UserError(message("Nothing leaves “{name}”: start the wire at another layer.", name=source))
    if target in folding.members:
        inside = folding.members[target]
        sources = groups.sources_of(network, inside)
        if len(sources) > 1:
            raise UserError(
                message("Several wires lead to “{name}”: open it, and draw the wire inside.", name=target)
            )
        return groups.connect_fold(network, leaf, inside, sources[0] if sources else None)
    return edits.connect(network, leaf, target)


def connect_or_choose(
    folding: Folding, source: str, target: str, moved: Wire | None = None
) -> Edit | Choice | None:
    """Draws a wire, or moves the end of one. Where its input is taken, what to do there is to be chosen.

    None where the wire is there already. Raises UserError if there cannot be one.
    """
    edit = connect(folding, source, target) if moved is None else reconnect(folding, moved, target)
    taker = folding.shown[target]
    if not taker.inputs or (not isinstance(taker.layer, Folded) and taker.layer.most_inputs > 1):
        return edit
    taken = Wire(taker.inputs[0], target, 0)
    if taken.source == source:
        return None
    options = [(_tr("Replace the wire from “{source}”").format(source=taken.source), edit)]
    network = folding.network
    if moved is not None:
        network = edits.disconnect(network, folding.wires(moved))
    leaf = folding.leaf(source)
    for layer in _mergers(folding, taken.source, source) if leaf is not None else ():
        merged, name = edits.insert(network, layer, *folding.wires(taken))
        merged = edits.connect(merged, leaf or source, name)
        text = _tr("Insert {layer}").format(layer=title(layer))
        words = _tr("Put {layer} here, with both as inputs").format(layer=title(layer))
        options.append((words, Edit(merged, text, (name,))))
    return Choice(target, tuple(options))


def _mergers(folding: Folding, *sources: str) -> list[Layer]:
    """The layers that could merge what these cards give; Add where none fits, or shapes are unknown."""
    shapes = [folding.report.nodes[source].output for source in sources]
    known = [shape for shape in shapes if shape is not None]
    fitting: list[Layer] = []
    for layer in (Add(), Concat()):
        with suppress(ShapeError):
            if len(known) == len(shapes):
                layer.shape(*known)
                fitting.append(layer)
    return fitting or [Add()]


def disconnect(folding: Folding, wire: Wire) -> Edit:
    """Takes a wire out."""
    text = _tr("Disconnect {source} from {target}").format(source=wire.source, target=wire.target)
    return Edit(edits.disconnect(folding.network, folding.wires(wire)), text)


def group(folding: Folding, names: Collection[str], name: str) -> Edit:
    """Folds the selected layers into a group. Raises UserError if they cannot be one."""
    result = groups.group(folding.network, folding.nodes(names), name)
    return Edit(result, _tr("Group {layers}").format(layers=name), (name,))


def ungroup(folding: Folding, names: Iterable[str]) -> Edit | None:
    """Takes the selected folds apart; None if none is selected."""
    chosen = [fold for name in names for fold in folding.folds_of(name)]
    if not chosen:
        return None
    network = folding.network
    inside = [name for fold in chosen for name in network.folded[fold]]
    for fold in chosen:
        network = groups.ungroup(network, fold)
    return Edit(network, _tr("Ungroup {layers}").format(layers=", ".join(chosen)), tuple(inside))


def _last(folding: Folding, names: Sequence[str]) -> str | None:
    """The last of all nodes that these cards stand for, in the order of the network."""
    chosen = {leaf for name in names if (leaf := _leaf(folding, name)) is not None}
    ordered = next((name for name in reversed(folding.network.order) if name in chosen), None)
    return ordered or next(iter(chosen), None)


def _leaf(folding: Folding, name: str) -> str | None:
    if name in folding.network:
        return name
    inside = folding.nodes((name,))
    leaves = groups.leaves_of(folding.network, inside)
    return leaves[-1] if leaves else (inside[-1] if inside else None)


def _heir(network: Network, names: Collection[str]) -> str | None:
    """The neighbour that arrow keys start from once these are gone."""
    gone = set(names)
    ordered = [name for name in network.order if name in gone]
    for name in ordered:
        for source in network[name].inputs:
            if source not in gone:
                return source
    for name in reversed(ordered):
        for wire in network.consumers[name]:
            if wire.target not in gone:
                return wire.target
    return None


def _counted(folding: Folding, names: Collection[str], text: str) -> str:
    if len(names) == 1:
        return text.format(layers=_card_title(folding, next(iter(names))))
    return text.format(layers=layers_counted(len(folding.nodes(names))))


def _card_title(folding: Folding, name: str) -> str:
    if name in folding.shown:
        return title_of(folding.shown[name].layer)
    block = folding.network.by_fold[name].block
    return declared(type(block).name()) if block is not None else name


def title(thing: Thing) -> str:
    """The title of what the palette offers."""
    return thing.name if isinstance(thing, SavedBlock) else declared(type(thing).name())


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
