"""What cards, frames and wires say, from a network and its report; also to hover help and screen readers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from html import escape

import msgspec
from PySide6.QtCore import QCoreApplication

from networks.core.message import Message
from networks.core.shapes import Shape, show
from networks.graph.check import NodeReport, Report
from networks.graph.groups import sources_of
from networks.graph.network import Network, Wire
from networks.graph.presentation import Folded, Folding, Frame, name_within
from networks.graph.totals import sums_known
from networks.layers.base import Group, Layer
from widgets.look.icon import icon_of
from widgets.look.translation import declared, layers_counted, said, short, thousands, weights_counted

UNKNOWN = "?"
"""Stands for a shape that is unknown because a layer before it does not fit."""


class CardContent(msgspec.Struct, frozen=True):
    """All that is painted on one card. Equal contents look the same."""

    title: str
    summary: str
    weights: str
    share: float
    """Its share of the network's weights, 0 to 1, in visible steps."""
    shape: str
    """What its wires carry; empty if none leaves."""
    problem: str
    """Why it does not fit, or what is unwise about it, in one sentence; empty if neither."""
    idle: bool
    """Whether it takes no part in training."""
    group: Group
    icon: str
    takes: bool
    """Whether it can have inputs."""
    gives: bool
    """Whether something may follow it."""
    folded: int = 0
    """How many folds it stands for; 0 for a layer."""
    frozen: bool = False
    """Whether training leaves its weights as they are."""
    unwise: bool = False
    """Whether `problem` is only advice."""


def contents(
    network: Network, report: Report, *, totals: bool = True, unsure: Collection[str] = ()
) -> dict[str, CardContent]:
    """What every card shows; its share of the weights only with `totals`, that is if their total is known.

    `unsure` are the cards whose own weights are not all known.
    """
    faults = {found.where: found.sentence for found in report.findings if found.where is not None}
    advice = {found.where: found.sentence for found in report.advice if found.where is not None}
    consumers = network.consumers
    has_output = any(node.layer.stem == "output" for node in network.nodes)
    total = report.weights if totals else 0
    found = {}
    for node in network.nodes:
        name, layer = node.name, node.layer
        facts = report.nodes[name]
        leaving = bool(consumers[name])
        idle = not facts.contributing and (has_output or not (leaving or node.inputs))
        problem = shown_problem(layer, facts, faults.get(name), idle)
        unwise = problem is None and name in advice
        problem = advice[name] if unwise else problem
        weights = 0 if name in unsure else facts.weights
        share = round(weights / total, 3) if weights and total and not idle else 0.0
        found[name] = _content(
            facts.layer, weights, share, facts.output, leaving, problem, idle, node.frozen, unwise
        )
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
    frozen: bool,
    unwise: bool,
) -> CardContent:
    """Cached, so that after an edit most cards keep the very object they had, and are not repainted."""
    return CardContent(
        title=title_of(layer),
        summary=summary_of(layer),
        weights=short(weights) if weights else "",
        share=share,
        shape=(UNKNOWN if output is None else show(output)) if leaving else "",
        problem=said(problem) if problem else "",
        idle=idle,
        group=layer.group,
        icon=icon_of(layer.block if isinstance(layer, Folded) and layer.block is not None else layer),
        takes=layer.opening if isinstance(layer, Folded) else layer.most_inputs > 0,
        gives=not (layer.closing if isinstance(layer, Folded) else layer.ends),
        folded=layer.count if isinstance(layer, Folded) else 0,
        frozen=frozen,
        unwise=unwise,
    )


class FrameContent(msgspec.Struct, frozen=True):
    """All that is painted on the frame of an open fold."""

    title: str
    summary: str
    weights: str
    block: bool
    """Whether it is a block, which becomes a group with the first edit inside."""
    depth: int
    """How many frames are around it."""


def unsure_cards(folding: Folding) -> frozenset[str]:
    """The folded cards whose weights are not all known, because something inside does not fit."""
    whole = folding.whole.nodes
    return frozenset(
        card for card, inside in folding.members.items() if not sums_known(whole[name] for name in inside)
    )


def frame_content(folding: Folding, frame: Frame) -> FrameContent:
    """What an open fold says in its first line."""
    inside = folding.network.folded[frame.fold.name]
    facts = [folding.whole.nodes[name] for name in inside]
    weights = sum(node.weights for node in facts) if sums_known(facts) else 0
    block = frame.fold.block
    sources = sources_of(folding.network, inside)
    x = folding.whole.nodes[sources[0]].output if len(sources) == 1 else None
    return FrameContent(
        title=declared(type(block).name()) if block is not None else name_within(frame.fold),
        summary=block.summary(x) if block is not None else "",
        weights=short(weights) if weights else "",
        block=block is not None,
        depth=len(folding.network.around(frame.within)),
    )


def title_of(layer: Layer) -> str:
    """The title of a layer, or of what a folded card stands for: “Residual ×3”, “Stem”."""
    if not isinstance(layer, Folded):
        return declared(type(layer).name())
    if layer.block is None:
        return layer.name_
    title = declared(type(layer.block).name())
    return f"{title} ×{layer.count}" if layer.count > 1 else title


def summary_of(layer: Layer) -> str:
    """The main parameters; for a group, the number of its layers."""
    if isinstance(layer, Folded) and layer.block is None:
        return layers_counted(layer.layers)
    return layer.summary()


def help_of(layer: Layer) -> str:
    """One sentence of help for a layer or a folded card."""
    if not isinstance(layer, Folded):
        return declared(type(layer).help())
    if layer.block is None:
        return _tr("A group of layers; double-click to open it.")
    return declared(type(layer.block).help())


def forget_words() -> None:
    """Empties the cache after the language has changed."""
    _content.cache_clear()


def shown_problem(layer: Layer, facts: NodeReport, fault: Message | None, idle: bool) -> Message | None:
    """The problem that a card shows; for a loose layer, missing wires are not one yet."""
    problem = facts.problem or fault
    if idle and len(facts.inputs) < layer.fewest_inputs:
        return None
    return problem


def wrong_wires(network: Network, report: Report) -> frozenset[Wire]:
    """The wires into nodes that do not fit."""
    return frozenset(
        Wire(source, node.name, index)
        for node in network.nodes
        if report.nodes[node.name].problem is not None
        for index, source in enumerate(node.inputs)
    )


def tooltip(
    network: Network, report: Report, name: str, content: CardContent, measured: Sequence[str] = ()
) -> str:
    """Hover help of a card, as rich text: name, help, shapes, what was measured, weights, problem."""
    node, facts = network[name], report.nodes[name]
    lines = [f"<b>{escape(content.title)}</b> &nbsp;<tt>{escape(name)}</tt>"]
    lines.append(escape(help_of(node.layer)))
    lines.append(f"<tt>{escape(shapes_of(facts))}</tt>")
    lines += map(escape, measured)
    known = tuple(shape for shape in facts.inputs if shape is not None)
    if isinstance(node.layer, Folded):
        if content.weights:
            lines.append(escape(weights_counted(facts.weights)))
    elif facts.weights:
        parts = ", ".join(
            f"{tensor} {show(shape)}" for tensor, shape in facts.layer.parameters(*known).items()
        )
        lines.append(
            escape(
                _tr("{weights}: {parts}").format(weights=weights_counted(facts.weights), parts=parts),
            )
        )
    if facts.multiply_adds and (content.weights or not facts.weights):
        lines.append(
            escape(_tr("{count} multiply-adds per image").format(count=thousands(facts.multiply_adds)))
        )
    if content.frozen and facts.weights:
        lines.append(escape(_tr("Frozen: training leaves these weights as they are.")))
    if content.idle:
        lines.append(escape(_tr("Takes no part in training: no Output depends on it.")))
    if content.problem:
        lines.append(escape(content.problem))
    return "<div style='white-space:normal; max-width: 360px'>" + "<br>".join(lines) + "</div>"


def frame_tooltip(folding: Folding, name: str) -> str:
    """Hover help of a frame's first line, as rich text."""
    block = folding.network.by_fold[name].block
    lines = [f"<b>{escape(name)}</b>"]
    if block is None:
        lines.append(escape(_tr("A group of layers. Double-click to fold it into one card.")))
    else:
        lines.append(escape(declared(type(block).help())))
        lines.append(escape(_tr("The first edit inside turns it into a group. Double-click to fold it.")))
    return "<div style='white-space:normal; max-width: 360px'>" + "<br>".join(lines) + "</div>"


def wire_tooltip(network: Network, report: Report, wire: Wire) -> str:
    """Hover help of a wire, as rich text: its ends and what it carries."""
    shape = _shape(report.wire_shape(wire))
    return f"<tt>{escape(wire.source)} → {escape(wire.target)}</tt><br><tt>{escape(shape)}</tt>"


def spoken(report: Report, name: str, content: CardContent) -> str:
    """One line for screen readers."""
    parts = [content.title, name, content.summary, shapes_of(report.nodes[name]), content.problem]
    if content.idle:
        parts.append(_tr("Takes no part in training: no Output depends on it."))
    return ", ".join(part for part in parts if part)


def shapes_of(facts: NodeReport) -> str:
    """`6×28×28 → 16×10×10`, with a question mark for an unknown shape."""
    came = ", ".join(map(_shape, facts.inputs))
    return f"{came} → {_shape(facts.output)}" if came else f"→ {_shape(facts.output)}"


def _shape(shape: Shape | None) -> str:
    return UNKNOWN if shape is None else show(shape)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
