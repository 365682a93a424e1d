"""Edits that the canvas can ask for, each with the words that undo shows; made from networks.edits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from PySide6.QtCore import QCoreApplication

from networks import edits
from networks.layers.base import Layer
from networks.layers.network import Output
from networks.message import Message
from networks.network import Network, Wire
from widgets.translation import declared


class Edit(msgspec.Struct, frozen=True):
    """A new network, what was done in words, and what is to be selected then; None leaves the selection.

    `cursor` is where arrow keys go on from when nothing is selected.
    """

    network: Network
    text: str
    select: tuple[str, ...] | None = None
    cursor: str | None = None


Wish = Edit | Message
"""An edit, or the reason why there is none."""


def insert(network: Network, layer: Layer, wire: Wire) -> Edit:
    """A layer onto a wire."""
    result, name = edits.insert(network, layer, wire)
    return Edit(result, _tr("Insert {layer}").format(layer=_title(layer)), (name,))


def append(network: Network, layer: Layer) -> Edit:
    """A layer below the last one, before an Output."""
    end = edits.tail(network)
    if isinstance(layer, Output) and end is not None:
        return _end_with(network, layer, end)
    result, name = edits.append(network, layer)
    return Edit(result, _tr("Append {layer}").format(layer=_title(layer)), (name,))


def place(network: Network, layer: Layer) -> Edit:
    """A loose layer."""
    result, name = edits.place(network, layer)
    return Edit(result, _tr("Place {layer}").format(layer=_title(layer)), (name,))


def add(network: Network, layer: Layer, after: Sequence[str]) -> Edit:
    """A layer behind the last of these, or at the end where there are none."""
    last = _last(network, after)
    if last is None:
        return append(network, layer)
    if isinstance(layer, Output):
        return _end_with(network, layer, last)
    result, name = edits.add_after(network, layer, last)
    return Edit(result, _tr("Add {layer}").format(layer=_title(layer)), (name,))


def _end_with(network: Network, layer: Output, name: str) -> Edit:
    """An Output is hung on `name`: nothing can follow one, so it cannot stand between two layers."""
    result, new = edits.place(network, layer)
    if not isinstance(network[name].layer, Output):
        result = edits.connect(result, name, new)
    return Edit(result, _tr("Add {layer}").format(layer=_title(layer)), (new,))


def delete(network: Network, names: Collection[str], wires: Collection[Wire] = ()) -> Edit:
    """Takes out wires, and layers with their neighbours joined."""
    result = edits.disconnect(network, wires) if wires else network
    if not names:
        return Edit(result, _tr("Remove wire") if len(wires) == 1 else _tr("Remove wires"))
    text = _counted(network, names, _tr("Delete {layers}"))
    return Edit(edits.remove(result, names), text, (), _heir(network, names))


def cut(network: Network, names: Collection[str]) -> Edit:
    """As `delete`, after the layers have been put on the clipboard."""
    edit = delete(network, names)
    return msgspec.structs.replace(edit, text=_counted(network, names, _tr("Cut {layers}")))


def duplicate(network: Network, names: Collection[str]) -> Edit:
    """Copies of these behind the last of them."""
    result, new = edits.duplicate(network, names)
    return Edit(result, _counted(network, names, _tr("Duplicate {layers}")), new)


def paste(network: Network, part: Network, after: Sequence[str]) -> Edit:
    """A copied part behind the last of these."""
    result, new = edits.paste(network, part, _last(network, after))
    names = [node.name for node in part.nodes]
    return Edit(result, _counted(part, names, _tr("Paste {layers}")), new)


def connect(network: Network, source: str, target: str) -> Edit:
    """A new wire. Raises UserError where there cannot be one."""
    text = _tr("Connect {source} to {target}").format(source=source, target=target)
    return Edit(edits.connect(network, source, target), text)


def reconnect(network: Network, wire: Wire, target: str) -> Edit:
    """The end of a wire brought to another layer. Raises UserError where it cannot end there."""
    text = _tr("Connect {source} to {target}").format(source=wire.source, target=target)
    return Edit(edits.connect(edits.disconnect(network, [wire]), wire.source, target), text)


def disconnect(network: Network, wire: Wire) -> Edit:
    """A wire less."""
    text = _tr("Disconnect {source} from {target}").format(source=wire.source, target=wire.target)
    return Edit(edits.disconnect(network, [wire]), text)


def _last(network: Network, names: Sequence[str]) -> str | None:
    """The one of these that comes last in the network."""
    chosen = set(names)
    ordered = next((name for name in reversed(network.order) if name in chosen), None)
    return ordered or next(iter(names), None)


def _heir(network: Network, names: Collection[str]) -> str | None:
    """The neighbour from which the keyboard goes on after these have gone."""
    ordered = [name for name in network.order if name in names]
    for name in ordered:
        for source in network[name].inputs:
            if source not in names:
                return source
    for name in reversed(ordered):
        for wire in network.consumers[name]:
            if wire.target not in names:
                return wire.target
    return None


def _counted(network: Network, names: Collection[str], text: str) -> str:
    if len(names) == 1:
        return text.format(layers=_title(network[next(iter(names))].layer))
    return text.format(layers=_tr("{count} layers").format(count=len(names)))


def _title(layer: Layer) -> str:
    return declared(type(layer).name())


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
