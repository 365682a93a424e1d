"""What a card and its wires say, from a network and its report; words for hover help and readers."""

from __future__ import annotations

from functools import lru_cache
from html import escape

import msgspec
from PySide6.QtCore import QCoreApplication

from networks.check import NodeReport, Report
from networks.layers.base import Group, Layer
from networks.message import Message
from networks.network import Network, Wire
from networks.shapes import Shape, show
from widgets.translation import declared, said, short, thousands

UNKNOWN = "?"
"""Stands for a shape that is not known because something before does not fit."""


class CardContent(msgspec.Struct, frozen=True):
    """Everything that is painted on one card. Equal contents look the same."""

    title: str
    summary: str
    weights: str
    share: float
    """Its part of all weights, 0 to 1, in steps that can be seen."""
    shape: str
    """What its wires carry; empty where none leaves."""
    problem: str
    """Why it does not fit, in one sentence; empty where it does."""
    idle: bool
    """Whether it takes no part in training."""
    group: Group
    takes: bool
    """Whether it has inputs at all."""
    gives: bool
    """Whether something may follow it."""


def contents(network: Network, report: Report) -> dict[str, CardContent]:
    """What every card shows."""
    faults = {name: reason for name, reason in report.obstacles if name is not None}
    consumers = network.consumers
    has_output = any(node.layer.stem == "output" for node in network.nodes)
    total = report.weights
    found = {}
    for node in network.nodes:
        name, layer = node.name, node.layer
        told = report.nodes[name]
        leaving = bool(consumers[name])
        idle = not told.contributing and (has_output or not (leaving or node.inputs))
        problem = shown_problem(layer, told, faults.get(name), idle)
        share = round(told.weights / total, 3) if told.weights and total and not idle else 0.0
        found[name] = _content(told.layer, told.weights, share, told.output, leaving, problem, idle)
    return found


@lru_cache(maxsize=8192)
def _content(
    layer: Layer,
    weights: int,
    share: float,
    output: Shape | None,
    leaving: bool,
    problem: Message | None,
    idle: bool,
) -> CardContent:
    """Kept, so that one edit leaves most cards with the very content they had."""
    return CardContent(
        title=declared(type(layer).name()),
        summary=layer.summary(),
        weights=short(weights) if weights else "",
        share=share,
        shape=(UNKNOWN if output is None else show(output)) if leaving else "",
        problem=said(problem) if problem else "",
        idle=idle,
        group=layer.group,
        takes=layer.most_inputs > 0,
        gives=layer.stem != "output",
    )


def forget_words() -> None:
    """After the language has changed."""
    _content.cache_clear()


def shown_problem(layer: Layer, told: NodeReport, fault: Message | None, idle: bool) -> Message | None:
    """What a card complains about; a loose layer is not at fault for having no wires yet."""
    problem = told.problem or fault
    if idle and len(told.inputs) < layer.fewest_inputs:
        return None
    return problem


def wrong_wires(network: Network, report: Report) -> frozenset[Wire]:
    """The wires that bring a node what does not fit it."""
    return frozenset(
        Wire(source, node.name, index)
        for node in network.nodes
        if report.nodes[node.name].problem is not None
        for index, source in enumerate(node.inputs)
    )


def tooltip(network: Network, report: Report, name: str, content: CardContent) -> str:
    """Hover help of a card, as rich text: name, help, shapes, weights, multiply-adds, problem."""
    node, told = network[name], report.nodes[name]
    lines = [f"<b>{escape(content.title)}</b> &nbsp;<tt>{escape(name)}</tt>"]
    lines.append(escape(declared(type(node.layer).help())))
    lines.append(f"<tt>{escape(flow(told))}</tt>")
    known = tuple(shape for shape in told.inputs if shape is not None)
    if told.weights:
        parts = ", ".join(
            f"{tensor} {show(shape)}" for tensor, shape in told.layer.parameters(*known).items()
        )
        lines.append(
            escape(
                _tr("{count} weights: {parts}").format(count=thousands(told.weights), parts=parts),
            )
        )
    if told.multiply_adds:
        lines.append(
            escape(_tr("{count} multiply-adds per image").format(count=thousands(told.multiply_adds)))
        )
    if content.idle:
        lines.append(escape(_tr("Takes no part in training: no Output depends on it.")))
    if content.problem:
        lines.append(escape(content.problem))
    return "<div style='white-space:normal; max-width: 360px'>" + "<br>".join(lines) + "</div>"


def wire_tooltip(network: Network, report: Report, wire: Wire) -> str:
    """Hover help of a wire, as rich text: its ends and what it carries."""
    shape = _shape(report.wire_shape(wire))
    return f"<tt>{escape(wire.source)} → {escape(wire.target)}</tt><br><tt>{escape(shape)}</tt>"


def spoken(report: Report, name: str, content: CardContent) -> str:
    """One line for screen readers."""
    parts = [content.title, name, content.summary, flow(report.nodes[name]), content.problem]
    if content.idle:
        parts.append(_tr("Takes no part in training: no Output depends on it."))
    return ", ".join(part for part in parts if part)


def flow(told: NodeReport) -> str:
    """`6×28×28 → 16×10×10`, as far as it is known."""
    came = ", ".join(map(_shape, told.inputs))
    return f"{came} → {_shape(told.output)}" if came else f"→ {_shape(told.output)}"


def _shape(shape: Shape | None) -> str:
    return UNKNOWN if shape is None else show(shape)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
