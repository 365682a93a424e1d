"""The forward pass of a network, operation by operation: the calls that are run and printed."""

from __future__ import annotations

import msgspec

from networks.core.call import Call
from networks.core.message import UserError
from networks.core.shapes import Shape
from networks.graph.check import check
from networks.graph.network import Network
from networks.graph.walk import reached
from networks.layers.ends import AuxiliaryOutput, Input, Output


class Operation(msgspec.Struct, frozen=True):
    """What one layer does in the forward pass. Input, Output and auxiliary outputs do nothing there.

    `made` is registered under the layer's name: a module, or a bare learned `tensor`. Without an `expression`
    the module is called with the inputs. In an expression `Argument`s stand for the inputs, the last one for
    the learned tensor.
    """

    name: str
    made: Call | None
    tensor: bool
    expression: Call | None
    inputs: tuple[str, ...]
    shape: Shape
    learns: bool
    overwritable: bool


class Forward(msgspec.Struct, frozen=True):
    """The operations that the scores depend on, in the order of the network: inputs before what takes them.

    `images` is the name of the Input, `x` its shape. `scores` are the operations whose outputs are the
    scores, the main ones first; `needed` are the operations that the main scores depend on, which evaluation
    runs.
    """

    images: str
    x: Shape
    operations: dict[str, Operation]
    scores: tuple[str, ...]
    ends: tuple[str, ...]
    """The Output and the auxiliary ones, one for each of `scores`."""
    needed: frozenset[str]

    def shape(self, name: str) -> Shape:
        """The shape of an operation's output, or of the images."""
        return self.x if name == self.images else self.operations[name].shape

    def consumers(self) -> dict[str, set[str]]:
        """For each operation, and for the images: the operations that take its output."""
        found: dict[str, set[str]] = {name: set() for name in (self.images, *self.operations)}
        for operation in self.operations.values():
            for source in operation.inputs:
                found[source].add(operation.name)
        return found


def forward_of(network: Network, classes: int) -> Forward:
    """The forward pass of a network. Raises UserError with the first finding where it does not fit."""
    report = check(network, classes)
    if report.findings:
        raise UserError(report.findings[0].sentence)
    operations: dict[str, Operation] = {}
    same: dict[str, str] = {}
    """An auxiliary output in the middle of a path passes on what it gets."""
    ends: list[tuple[str, str]] = []
    images = ""
    x: Shape = ()
    for name in network.order:
        if name not in network.contributing:
            continue
        found = report.nodes[name]
        layer = found.layer
        shapes = tuple(shape for shape in found.inputs if shape is not None)
        inputs = tuple(same.get(source, source) for source in network[name].inputs)
        if isinstance(layer, Input):
            images, x = name, layer.shape()
        elif isinstance(layer, Output):
            ends.insert(0, (name, inputs[0]))
        elif isinstance(layer, AuxiliaryOutput):
            same[name] = inputs[0]
            ends.append((name, inputs[0]))
        else:
            assert found.output is not None, "a network that fits has shapes"
            module, tensor = layer.module(*shapes), layer.tensor(*shapes)
            expression = None if module is not None else layer.function(*shapes)
            made = module if tensor is None else Call("nn.Parameter", (tensor,))
            learns = found.weights > 0
            operations[name] = Operation(
                name, made, tensor is not None, expression, inputs, found.output, learns, layer.overwritable
            )
    scores = tuple(source for _, source in ends)
    return Forward(
        images, x, operations, scores, tuple(name for name, _ in ends), _upstream(operations, scores[0])
    )


def auxiliary_weights(network: Network) -> tuple[float, ...]:
    """The factors of the auxiliary outputs' losses, in the order of `Forward.scores`."""
    return tuple(
        layer.weight
        for name in network.order
        if name in network.contributing and isinstance(layer := network[name].layer, AuxiliaryOutput)
    )


def _upstream(operations: dict[str, Operation], name: str) -> frozenset[str]:
    """This operation and all that it depends on, without the images."""
    found = reached([name], lambda name: operations[name].inputs if name in operations else ())
    return found & operations.keys()
