"""A network as a torch module: the calls of its layers, run and wired up in a torch.fx GraphModule."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch import fx, nn

from networks.call import Argument, Call
from networks.check import check
from networks.layers.network import Input, Output
from networks.message import UserError
from networks.network import Network
from networks.shapes import Shape

_ROOTS: dict[str, Any] = {"nn": nn, "torch": torch, "operator": operator}


def resolve(target: str) -> Any:
    """What a call's dotted target names. Targets come from our own declarations, never from a file."""
    root, *path = target.split(".")
    found = _ROOTS[root]
    for part in path:
        found = getattr(found, part)
    return found


def run(call: Call) -> Any:
    """Runs a call that has no `Argument`s, such as a constructor."""
    return resolve(call.target)(*map(_constant, call.args), **{k: _constant(v) for k, v in call.kwargs})


def build(network: Network, classes: int) -> fx.GraphModule:
    """The module that trains: its submodules carry the nodes' names, in the network's order.

    Takes images n×channels×height×width and gives scores n×classes. Raises UserError with the first obstacle
    where the network does not fit.
    """
    report = check(network, classes)
    if report.obstacles:
        raise UserError(report.obstacles[0][1])
    graph = fx.Graph()
    values: dict[str, fx.Node] = {}
    made: dict[str, nn.Module] = {}
    for name in network.order:
        node = network[name]
        if name not in network.contributing:
            continue
        found = report.nodes[name]
        layer = found.layer
        shapes: tuple[Shape, ...] = tuple(shape for shape in found.inputs if shape is not None)
        inputs = [values[source] for source in node.inputs]
        if isinstance(layer, Input):
            values[name] = graph.placeholder("images")
        elif isinstance(layer, Output):
            graph.output(inputs[0])
        elif (call := layer.module(*shapes)) is not None:
            made[name] = run(call)
            values[name] = graph.call_module(name, tuple(inputs))
        else:
            values[name] = _expression(graph, layer.function(*shapes), inputs)
    module = nn.Module()
    for node in network.nodes:
        if node.name in made:
            module.add_module(node.name, made[node.name])
    return fx.GraphModule(module, graph, "Network")


def _expression(graph: fx.Graph, call: Call, inputs: Sequence[fx.Node]) -> fx.Node:
    def value(part: Any) -> Any:
        if isinstance(part, Argument):
            return inputs[part.index]
        if isinstance(part, Call):
            return _expression(graph, part, inputs)
        if isinstance(part, list):
            return [value(item) for item in part]
        return part

    return graph.call_function(
        resolve(call.target), tuple(map(value, call.args)), {name: value(part) for name, part in call.kwargs}
    )


def _constant(value: Any) -> Any:
    return run(value) if isinstance(value, Call) else value
