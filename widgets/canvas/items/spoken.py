"""What screen readers say of cards, frames and wires: a name, and a description that begins with trouble."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QCoreApplication

from networks.core.message import plural
from networks.graph.network import Wire
from networks.graph.presentation import Folding
from widgets.canvas.items.content import CardContent, FrameContent, shapes_of
from widgets.look.translation import layers_counted, said


class Spoken(msgspec.Struct, frozen=True):
    """A short name, as one would call it, and all that is to be known besides."""

    name: str
    description: str


def spoken_card(folding: Folding, name: str, content: CardContent) -> Spoken:
    """Layer and type; then problem, parameters, shapes, weights and where its wires come from and lead to."""
    network = folding.shown
    parts = [content.problem, content.summary, shapes_of(folding.report.nodes[name])]
    if content.weights:
        count = folding.report.nodes[name].weights
        words = plural("{weights} weight", "{weights} weights", count=count, weights=content.weights)
        parts.append(said(words))
    if sources := network[name].inputs:
        parts.append(_tr("from {layers}").format(layers=", ".join(sources)))
    if targets := [wire.target for wire in network.consumers[name]]:
        parts.append(_tr("to {layers}").format(layers=", ".join(targets)))
    if content.frozen:
        parts.append(_tr("frozen"))
    if content.idle:
        parts.append(_tr("takes no part in training"))
    return Spoken(_named(name, content.title), _joined(parts))


def spoken_frame(folding: Folding, name: str, content: FrameContent) -> Spoken:
    """An open fold: its name and type, its parameters and how much lies in it."""
    count = len(folding.network.folded[name])
    inside = layers_counted(count)
    return Spoken(_named(name, content.title), _joined([content.summary, inside, _tr("opened")]))


def spoken_wire(wire: Wire, shape: str, *, wrong: bool) -> Spoken:
    """Its ends, and the shape that it carries."""
    name = _tr("Wire from {source} to {target}").format(source=wire.source, target=wire.target)
    return Spoken(name, _joined([_tr("does not fit") if wrong else "", shape]))


def _named(name: str, title: str) -> str:
    return name if name == title else f"{name}, {title}"


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
