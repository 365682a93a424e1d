"""What a network computes, step by step: the calls that are run and printed, without the network’s ends."""

from __future__ import annotations

import msgspec

from networks.core.call import Call
from networks.core.message import UserError
from networks.core.shapes import Shape
from networks.graph.check import check
from networks.graph.network import Network
from networks.layers.ends import AuxiliaryOutput, Input, Output


class Step(msgspec.Struct, frozen=True):
    """One layer at work. `made` is what is registered under its name: a module, or a bare learned `tensor`.

    Without an `expression` the module is called with the inputs. In an expression, `Argument`s are the inputs
    and behind them the learned tensor.
    """

    name: str
    made: Call | None
    tensor: bool
    expression: Call | None
    inputs: tuple[str, ...]
    shape: Shape
    learns: bool
    overwritable: bool


class Flow(msgspec.Struct, frozen=True):
    """The steps that scores depend on, in the order in which they run; the inputs of each come before it.

    `images` is the name of the Input, `x` its shape. `scores` are the steps whose outputs leave the network,
    the main one first; `needed` are the steps that the main one depends on, so that evaluation needs them.
    """

    images: str
    x: Shape
    steps: dict[str, Step]
    scores: tuple[str, ...]
    ends: tuple[str, ...]
    """The Output and the auxiliary ones, one for each of `scores`."""
    needed: frozenset[str]

    def shape(self, name: str) -> Shape:
        """What a step gives, or the images."""
        return self.x if name == self.images else self.steps[name].shape

    def consumers(self) -> dict[str, set[str]]:
        """The steps that take the output of each step, and of the images."""
        found: dict[str, set[str]] = {name: set() for name in (self.images, *self.steps)}
        for step in self.steps.values():
            for source in step.inputs:
                found[source].add(step.name)
        return found


def flow_of(network: Network, classes: int) -> Flow:
    """The steps of a network. Raises UserError with the first obstacle where it does not fit."""
    report = check(network, classes)
    if report.obstacles:
        raise UserError(report.obstacles[0][1])
    steps: dict[str, Step] = {}
    same: dict[str, str] = {}
    """An auxiliary output in the middle of a path hands on what it gets."""
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
            assert found.output is not None, "a network without obstacles has shapes"
            module, tensor = layer.module(*shapes), layer.tensor(*shapes)
            expression = None if module is not None else layer.function(*shapes)
            made = module if tensor is None else Call("nn.Parameter", (tensor,))
            learns = found.weights > 0
            steps[name] = Step(
                name, made, tensor is not None, expression, inputs, found.output, learns, layer.overwritable
            )
    scores = tuple(source for _, source in ends)
    return Flow(images, x, steps, scores, tuple(name for name, _ in ends), _upstream(steps, scores[0]))


def auxiliary_weights(network: Network) -> tuple[float, ...]:
    """What the losses of the auxiliary outputs are multiplied by, in the order of `Flow.scores`."""
    return tuple(
        layer.weight
        for name in network.order
        if name in network.contributing and isinstance(layer := network[name].layer, AuxiliaryOutput)
    )


def _upstream(steps: dict[str, Step], name: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name in steps and name not in found:
            found.add(name)
            waiting += steps[name].inputs
    return frozenset(found)
