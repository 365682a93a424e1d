"""One batch, forwards and backwards, kept whole: any of its values and gradients can be explained from it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from networks.core.shapes import count
from networks.explanations.core.forms import Explanation
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Array, Position
from networks.explanations.values.gradient import (
    Consumer,
    gradient_of_value,
    gradient_of_weight,
    shares,
)
from networks.explanations.values.losses import LossPass, gradient_of_score, loss_of_batch
from networks.explanations.values.value import explained
from networks.graph.check import Report
from networks.graph.network import Network, Wire
from networks.layers.base import Layer
from networks.xray.capture import Capture


class Way(msgspec.Struct, frozen=True):
    """A wire as the gradient comes back along it.

    `norm` is the length of the gradient that it carries down, `factor` that over the length at the output of
    the layer above, `share` the norm over the sum of those of all wires that leave the same layer.
    """

    wire: Wire
    norm: float
    factor: float
    share: float


class Gradients(msgspec.Struct, frozen=True):
    """What reaches a layer from above: the gradient's length at its output, and what it does with it.

    `ways` are the wires into it, along which the gradient goes on down. `weights` holds the length of the
    gradient of each learned tensor, under torch's names within the layer.
    """

    name: str
    norm: float
    ways: tuple[Way, ...]
    weights: dict[str, float]


class Trace(msgspec.Struct, frozen=True, eq=False):
    """The passes of one batch, in arrays that begin with the batch axis.

    `layers` are those that took part, with the number of classes filled in, in the order of the network;
    `captures` what each computed with. `gradients` holds those of the loss by each layer's output,
    `by_weight` those of learned tensors under torch's names within the layer, `by_wire` those that each wire
    carries where several leave one layer; of a large network all of these may hold a few layers alone.
    `norms` are the lengths of the gradients at all layers, `wire_norms` along those wires. `losses` are those
    at the ends of the network, the main one first.
    """

    network: Network
    layers: Mapping[str, Layer]
    captures: Mapping[str, Capture]
    losses: Mapping[str, LossPass]
    loss: float
    gradients: Mapping[str, Array]
    by_weight: Mapping[str, Mapping[str, Array]]
    by_wire: Mapping[Wire, Array]
    norms: Mapping[str, float]
    wire_norms: Mapping[Wire, float]

    def passed(self, name: str) -> LayerPass:
        """The pass of one layer."""
        return LayerPass(self.layers[name], self.captures[name])

    def value(self, name: str, at: Position) -> Explanation:
        """Where a value of this layer's output comes from."""
        return explained(self.passed(name), at)

    def loss_of_end(self, name: str) -> Explanation:
        """Where the loss at an end of the network comes from. With several ends they add up to the whole."""
        passed = self.losses[name]
        value = self.loss if len(self.losses) == 1 else loss_of_batch(passed, 0.0).result
        return loss_of_batch(passed, value)

    def gradient(self, name: str, at: Position) -> Explanation:
        """Where the gradient of a value of this layer's output comes from; at an end, from the loss."""
        value = float(self.gradients[name][at])
        wires = self.leaving(name)
        if name in self.losses and not wires:
            return gradient_of_score(self.losses[name], at, value)
        consumers = [
            Consumer(wire.target, self.passed(wire.target), wire.index, self.gradients[wire.target])
            for wire in wires
        ]
        return gradient_of_value(consumers, at, value)

    def weight_gradient(self, name: str, weight: str, at: Position) -> Explanation:
        """Where the gradient of a learned number comes from; `weight` is torch's name within the layer."""
        value = float(self.by_weight[name][weight][at])
        return gradient_of_weight(self.passed(name), weight, at, self.gradients[name], value)

    def along(self, wire: Wire) -> Array:
        """The gradient that comes back along a wire."""
        return self.by_wire[wire] if wire in self.by_wire else self.gradients[wire.source]

    def forks(self, name: str) -> tuple[Way, ...]:
        """The wires that leave a layer, with the share of each in the gradient that reaches it."""
        wires = self.leaving(name)
        norms = np.array([self.wire_norms.get(wire, self.norms[name]) for wire in wires])
        parts = zip(wires, norms.tolist(), shares(norms).tolist(), strict=True)
        return tuple(
            Way(wire, norm, _ratio(norm, self.norms[wire.target]), share) for wire, norm, share in parts
        )

    def flow(self) -> tuple[Gradients, ...]:
        """What the gradient meets on its way down: the layers from the last one to the first."""
        ways = {way.wire: way for name in self.layers for way in self.forks(name)}
        return tuple(
            Gradients(
                name,
                self.norms[name],
                tuple(
                    ways[Wire(source, name, index)]
                    for index, source in enumerate(self.network[name].inputs)
                    if Wire(source, name, index) in ways
                ),
                {weight: length(gradient) for weight, gradient in self.by_weight.get(name, {}).items()},
            )
            for name in reversed(tuple(self.layers))
        )

    def targets(self, name: str) -> list[str]:
        """The layers that take the output of this one, once for each wire."""
        return [wire.target for wire in self.leaving(name)]

    def leaving(self, name: str) -> list[Wire]:
        """The wires along which its gradient comes back to a layer; `gradient` has a stage for each."""
        return [wire for wire in self.network.consumers[name] if wire.target in self.layers]


def bytes_of_trace(network: Network, report: Report, images: int) -> int:
    """About how much memory a trace of this many images holds afterwards, in bytes.

    Outputs and their gradients, gradients along wires where several leave a layer, weights and their
    gradients, in single precision. `report` is that of the network.
    """
    numbers = 0
    for name, found in report.nodes.items():
        if found.contributing and found.output is not None:
            forked = len(network.consumers[name])
            numbers += images * count(found.output) * (2 + (forked if forked > 1 else 0))
    return 4 * (numbers + 2 * report.weights)


def length(gradient: Array) -> float:
    """The root of the sum of squares; a gradient that explodes may need double precision for it."""
    with np.errstate(over="ignore"):
        found = float(np.linalg.norm(gradient.ravel()))
    return found if np.isfinite(found) else float(np.linalg.norm(gradient.ravel().astype(np.float64)))


def _ratio(norm: float, above: float) -> float:
    return norm / above if above > 0 else 0.0
