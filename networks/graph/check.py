"""Whether a network fits: shape, weights and multiply-adds at every node, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from networks.core.finding import Finding
from networks.core.message import Message, message
from networks.core.shapes import LARGEST, Shape, ShapeError, show
from networks.graph.network import Network, Node, Wire
from networks.layers.base import Layer
from networks.layers.ends import Input, Output


class NodeReport(msgspec.Struct, frozen=True):
    """What is known of one node. `output` is None if there is no shape, for whatever reason.

    `problem` is set if this very node does not fit; nodes after it only lack a shape.
    `layer` is the layer with the data's number of classes filled in.
    """

    layer: Layer
    inputs: tuple[Shape | None, ...]
    output: Shape | None
    problem: Message | None = None
    weights: int = 0
    multiply_adds: int = 0
    contributing: bool = True


class Report(msgspec.Struct, frozen=True):
    """The whole network, node by node. It fits when there are no findings.

    Sums count the nodes that an Output depends on.
    """

    nodes: dict[str, NodeReport]
    findings: tuple[Finding, ...]
    weights: int
    multiply_adds: int
    advice: tuple[Finding, ...] = ()
    """What is unwise; `check` knows of none, since that depends on the recipe, too."""

    @property
    def trainable(self) -> bool:
        """Whether nothing stands in the way of training."""
        return not self.findings

    def wire_shape(self, wire: Wire) -> Shape | None:
        """What the wire carries, or None if that is unknown."""
        return self.nodes[wire.source].output


class _Fit(msgspec.Struct, frozen=True):
    output: Shape | None = None
    problem: Message | None = None
    weights: int = 0
    multiply_adds: int = 0


_NO_START = _Fit(
    problem=message(
        "Expected an input, got no wire, and there is no Input: drag one from the palette’s group “Network”, "
        "and draw a wire from it to this layer."
    )
)


_MOST_KEPT = 8
_kept: tuple[tuple[Network, int | None, Report], ...] = ()
"""What was checked last: one edit asks several times for the same network, and undo brings it back."""


def check(network: Network, classes: int | None = None) -> Report:
    """Goes through the network once. `classes` is the number of classes of the data, where there is data."""
    global _kept
    for known, its_classes, report in _kept:
        if known is network and its_classes == classes:
            return report
    report = _checked(network, classes)
    # always another tuple, since threads beside the window's check networks too
    _kept = ((network, classes, report), *_kept[: _MOST_KEPT - 1])
    return report


def _checked(network: Network, classes: int | None) -> Report:
    order = network.order
    contributing = network.contributing
    starts = bool(network.of_type(Input))
    found: dict[str, NodeReport] = {}
    nodes = network.by_name
    for name in order:
        node = nodes[name]
        inputs = tuple([found[source].output for source in node.inputs])
        found[name] = _told(node.layer, inputs, classes, name in contributing, starts)
    ordered = set(order)
    for node in network.nodes:
        if node.name not in ordered:
            found[node.name] = _looped(network, node, contributing)
    taking_part = [found[name] for name in found if name in contributing]
    return Report(
        nodes={node.name: found[node.name] for node in network.nodes},
        findings=_findings(network, found),
        weights=sum(node.weights for node in taking_part),
        multiply_adds=sum(node.multiply_adds for node in taking_part),
    )


@lru_cache(maxsize=65_536)
def _told(
    layer: Layer, inputs: tuple[Shape | None, ...], classes: int | None, contributing: bool, starts: bool
) -> NodeReport:
    """Cached, so that after an edit most nodes keep the very report they had. `starts`: there is an Input."""
    layer = layer if classes is None else layer.with_classes(classes)
    fit = _judged(layer, inputs, classes)
    if not inputs and layer.fewest_inputs == 1 and not starts:
        fit = _NO_START
    return NodeReport(layer, inputs, fit.output, fit.problem, fit.weights, fit.multiply_adds, contributing)


def output_of(layer: Layer, inputs: tuple[Shape | None, ...], classes: int | None = None) -> Shape | None:
    """What this layer gives for these inputs; None where that is unknown or it does not fit."""
    return _judged(layer if classes is None else layer.with_classes(classes), inputs, classes).output


def _judged(layer: Layer, inputs: tuple[Shape | None, ...], classes: int | None) -> _Fit:
    """How the layer fits; at an end of the network there must be a score for each class."""
    fit = _fit(layer, inputs)
    if not layer.ends or fit.output is None or classes is None or fit.output == (classes,):
        return fit
    return _Fit(
        problem=message(
            "Expected {classes} scores, one for each class of the data, got {shape}: "
            "end with a Linear and choose “one per class” as its Features.",
            classes=classes,
            shape=show(fit.output),
        )
    )


@lru_cache(maxsize=65_536)
def _fit(layer: Layer, inputs: tuple[Shape | None, ...]) -> _Fit:
    """Cached: one edit leaves most layers and their inputs as they were."""
    if len(inputs) < layer.fewest_inputs:
        return _Fit(problem=_too_few(layer, len(inputs)))
    if len(inputs) > layer.most_inputs:
        return _Fit(problem=_too_many(layer, len(inputs)))
    known = tuple(shape for shape in inputs if shape is not None)
    if len(known) < len(inputs):
        return _Fit()
    try:
        output = layer.shape(*known)
        weights = layer.weights(*known)
        if weights > LARGEST:
            return _Fit(problem=_too_heavy(weights))
        return _Fit(output, None, weights, layer.multiply_adds(*known))
    except ShapeError as error:
        return _Fit(problem=error.reason)


def _too_few(layer: Layer, count: int) -> Message:
    if layer.fewest_inputs == 1:
        return message("Expected an input, got no wire: draw one to it from another layer.")
    return message(
        "Expected at least {fewest} inputs, got {count}: draw one more wire to this layer.",
        fewest=layer.fewest_inputs,
        count=count,
    )


def _too_many(layer: Layer, count: int) -> Message:
    if not layer.most_inputs:
        return message(
            "Expected no wire, got {count}: remove it, this is where a network starts.", count=count
        )
    if layer.most_inputs == 1:
        return message(
            "Expected one input, got {count}: remove a wire, or join them with Add or Concat.", count=count
        )
    return message(
        "Expected at most {most} inputs, got {count}: remove wires, or join some of them before.",
        most=layer.most_inputs,
        count=count,
    )


def _too_heavy(weights: int) -> Message:
    return message(
        "Expected at most {largest} weights, got {weights}: choose fewer filters or features.",
        largest=LARGEST,
        weights=weights,
    )


def _looped(network: Network, node: Node, contributing: frozenset[str]) -> NodeReport:
    return NodeReport(
        layer=node.layer,
        inputs=(None,) * len(node.inputs),
        output=None,
        problem=message("This layer gets its own output back: remove a wire of the loop.")
        if node.name in network.looped
        else None,
        contributing=node.name in contributing,
    )


def _findings(network: Network, found: dict[str, NodeReport]) -> tuple[Finding, ...]:
    misfits = (
        Finding("misfit", name, report.problem)
        for name, report in found.items()
        if report.contributing and report.problem is not None
    )
    return (*_ends(network), *misfits)


def _ends(network: Network) -> Iterator[Finding]:
    """A network has one Input and one main Output."""
    for kind, needed in ((Input, message("an Input")), (Output, message("an Output"))):
        nodes = network.of_type(kind)
        if not nodes:
            sentence = message(
                "Expected {kind}, got none: drag one from the palette’s group “Network”.", kind=needed
            )
            yield Finding(f"missing {kind.stem}", None, sentence)
        elif len(nodes) > 1:
            sentence = message(
                "Expected one {kind}, got {count}: remove the others.", kind=kind.name(), count=len(nodes)
            )
            yield Finding(f"several {kind.stem}s", nodes[-1].name, sentence)
