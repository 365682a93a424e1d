"""Whether the last layer gives what the loss expects: raw scores, log-probabilities or probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from networks.core.finding import Finding, Mend, Severity
from networks.core.message import Message, message
from networks.core.shapes import count
from networks.doctor.mends import Add, Bypass, ChooseLoss, Exchange
from networks.graph.check import Report
from networks.graph.network import Network, Wire
from networks.layers.activation import Activation, Hardsigmoid, LogSoftmax, Sigmoid, Softmax
from networks.layers.base import Layer
from networks.layers.ends import AuxiliaryOutput, Output
from networks.project.project import Project
from networks.recipes.losses import CrossEntropy, Loss, Outputs

Gives = Literal["scores", "log-probabilities", "probabilities", "shares", "bent scores"]
"""What a network ends in. Shares lie between 0 and 1 each for itself, as behind a sigmoid; bent scores come
from any other activation."""


class LastLayer(msgspec.Struct, frozen=True):
    """What stands at an end of the network, seen through layers that change no number.

    `wire` leads from the layer `name` towards the end.
    """

    name: str
    layer: Layer
    gives: Gives
    wire: Wire


def last_layers(network: Network, report: Report) -> tuple[LastLayer, ...]:
    """Of all ends that take part in training, the main one first. Only for a network that fits."""
    ends = [
        name
        for name in network.order
        if report.nodes[name].contributing and isinstance(network[name].layer, Output | AuxiliaryOutput)
    ]
    ends.sort(key=lambda name: not isinstance(network[name].layer, Output))
    return tuple(_behind(network, report, end) for end in ends)


def loss_findings(project: Project, report: Report) -> Iterator[Finding]:
    """Where the loss and the last layers do not fit, with what mends it; one for each kind of misfit.

    Only for a network that fits.
    """
    loss = project.recipe.learning.loss
    grouped: dict[Gives, list[LastLayer]] = {}
    for last in last_layers(project.network, report):
        grouped.setdefault(last.gives, []).append(last)
    for gives, found in grouped.items():
        if not suits(loss, gives):
            sentence, severity, mends = _misfit(loss, gives, found)
            yield Finding("last layer", found[0].name, sentence, severity, mends)


def suits(loss: Loss, gives: Gives) -> bool:
    """Whether a loss can do with what the network gives."""
    match loss.expects:
        case "scores":
            # softmax and margins only see differences, which log-softmax keeps
            return gives == "scores" or (gives == "log-probabilities" and not loss.per_class)
        case "log-probabilities":
            return gives == "log-probabilities"
        case "probabilities":
            return gives in ("probabilities", "shares")


def _behind(network: Network, report: Report, end: str) -> LastLayer:
    name, target = network[end].inputs[0], end
    while (layer := network[name].layer).views_input or isinstance(layer, AuxiliaryOutput):
        target, name = name, network[name].inputs[0]
    wire = next(wire for wire in network.consumers[name] if wire.target == target)
    shape = report.nodes[name].output or ()
    # over the pixels of an image it is no probability of a class
    gives = _gives(layer) if count(shape) == shape[0] else "scores"
    return LastLayer(name, layer, gives, wire)


def _gives(layer: Layer) -> Gives:
    match layer:
        case Softmax():
            return "probabilities"
        case LogSoftmax():
            return "log-probabilities"
        case Sigmoid() | Hardsigmoid():
            return "shares"
        case Activation(elementwise=True):
            return "bent scores"
    return "scores"


def _misfit(loss: Loss, gives: Gives, found: list[LastLayer]) -> tuple[Message, Severity, tuple[Mend, ...]]:
    """What is wrong, how bad it is, and what mends it."""
    names, wires = tuple(last.name for last in found), tuple(last.wire for last in found)
    kind = type(found[0].layer).name()
    endless = loss.expects == "log-probabilities" and gives != "probabilities"
    sentence = message(_SENTENCES[loss.expects, gives], loss=loss.name(), name=names[0], layer=kind)
    return sentence, "blocks" if endless else "advises", tuple(_mends(loss, gives, kind, names, wires))


def _mends(
    loss: Loss, gives: Gives, kind: str, names: tuple[str, ...], wires: tuple[Wire, ...]
) -> Iterator[Mend]:
    if loss.expects == "scores":
        yield Bypass(message("Remove the {layer}", layer=kind), wires)
        return
    needed = LogSoftmax() if loss.expects == "log-probabilities" else Softmax()
    values = {"layer": needed.name()}
    if gives in ("probabilities", "log-probabilities"):
        yield Exchange(message("Replace it by a {layer}", **values), names, needed)
        return
    yield Add(message("Add a {layer}", **values), wires, needed)
    if gives == "scores":
        yield ChooseLoss(message("Choose cross-entropy"), CrossEntropy())


_BENT = (
    "{loss} expects raw scores of any size, got those of “{name}”, which a {layer} cuts or bends: it "
    "learns less from them. Remove the {layer}."
)
_ENDLESS = (
    "{loss} expects log-probabilities, got other scores from “{name}”: it would fall without end, and "
    "nothing would be learned. Add a LogSoftmax."
)
_UNBOUND = (
    "{loss} expects probabilities, got scores of any size from “{name}”: it pulls them towards 0 and 1, "
    "which can be learned, but they are no probabilities. Add a Softmax."
)
_SENTENCES: dict[tuple[Outputs, Gives], str] = {
    ("scores", "log-probabilities"): (
        "{loss} expects raw scores, got the logarithms of “{name}”, which are never above 0: it takes no "
        "class for likelier than 50 %. Remove the {layer}."
    ),
    ("scores", "probabilities"): (
        "{loss} expects raw scores, got the probabilities of “{name}”: they differ by 1 at most, so it "
        "learns slowly and is never sure. Remove the {layer}."
    ),
    ("scores", "shares"): _BENT,
    ("scores", "bent scores"): _BENT,
    ("log-probabilities", "probabilities"): (
        "{loss} expects log-probabilities, got the probabilities of “{name}”: sure mistakes are hardly "
        "pushed. Replace the {layer} by a LogSoftmax."
    ),
    ("log-probabilities", "scores"): _ENDLESS,
    ("log-probabilities", "shares"): _ENDLESS,
    ("log-probabilities", "bent scores"): _ENDLESS,
    ("probabilities", "log-probabilities"): (
        "{loss} expects probabilities, got the logarithms of “{name}”, which are never above 0 and cannot "
        "reach 1. Replace the {layer} by a Softmax."
    ),
    ("probabilities", "scores"): _UNBOUND,
    ("probabilities", "bent scores"): _UNBOUND,
}
"""By what is expected and what is given, where they do not fit."""
