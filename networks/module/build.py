"""A network as a torch module: the calls that its layers declare, wired up in a torch.fx GraphModule."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, fx, nn

from networks.core.call import Argument, Call
from networks.core.shapes import show
from networks.graph.forward import Forward, Operation, forward_of
from networks.graph.network import Network
from networks.graph.submodules import executed, registered, submodules_of
from networks.graph.walk import reached
from networks.module import own_layers

_ROOTS: dict[str, Any] = {"nn": nn, "torch": torch, "operator": operator, "own": own_layers}


def resolve(target: str) -> Any:
    """The function or class that a dotted name stands for; it comes from our own code, never from a file."""
    root, *path = target.split(".")
    found = _ROOTS[root]
    for part in path:
        found = getattr(found, part)
    return found


def run(call: Call) -> Any:
    """Runs a call that has no `Argument`s, such as a constructor."""
    return resolve(call.target)(*map(_constant, call.args), **{k: _constant(v) for k, v in call.kwargs})


def build(network: Network, classes: int) -> fx.GraphModule:
    """The network as a plain torch module, whose submodules carry the nodes' names.

    Takes images n×channels×height×width and gives scores n×classes; with auxiliary outputs a tuple of scores,
    the main ones first, the others in the network's order. Raises UserError with the first finding where the
    network does not fit.

    Layers are made, registered and run in the order in which the network's printed source does so
    (`networks.source`): after the same seed both have the same weights, and draw the same random numbers.
    """
    forward = forward_of(network, classes)
    root = submodules_of(forward)
    made = {
        operation.name: run(operation.made) for operation in registered(root) if operation.made is not None
    }
    module = fx.GraphModule(nn.Module(), fx.Graph(), "Network")
    for name, part in made.items():
        _put(module, name, part)
    module.graph = _graph(forward, executed(root), made)
    return module


def take_apart(module: fx.GraphModule) -> None:
    """Lets go of all parts of a built module that nobody runs any more: it cannot be run afterwards.

    A graph and its module hold each other, so that otherwise every weight would stay in memory until Python's
    cyclic garbage collector looks for it, for which a window that stands still meanwhile has to wait.
    """
    for node in reversed([*module.graph.nodes]):
        node.meta.clear()
        module.graph.erase_node(node)
    for parts in (module._modules, module._parameters, module._buffers):
        parts.clear()


def other_tensor(wanted: Mapping[str, Tensor], held: Mapping[str, Tensor]) -> tuple[str, str, str] | None:
    """The first tensor that is missing in one or has another shape: its name, and both sizes in words."""
    for name in (*wanted, *held):
        want, have = _size(wanted, name), _size(held, name)
        if want != have:
            return name, want, have
    return None


def _size(tensors: Mapping[str, Tensor], name: str) -> str:
    if name not in tensors:
        return "nothing"
    return show(tuple(tensors[name].shape)) or "one number"


def evaluation(module: fx.GraphModule) -> fx.GraphModule:
    """The part of a built module that evaluation runs: without auxiliary outputs. Shares all weights."""
    (output,) = (node for node in module.graph.nodes if node.op == "output")
    scores = output.args[0]
    if not isinstance(scores, tuple):
        return module
    needed = reached([scores[0]], lambda node: node.all_input_nodes)
    graph = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    for node in module.graph.nodes:
        if node in needed:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[scores[0]])
    return fx.GraphModule(module, graph, "Evaluation")


def _graph(forward: Forward, operations: Iterable[Operation], made: Mapping[str, Any]) -> fx.Graph:
    graph = fx.Graph()
    images = graph.placeholder("images")
    images.meta.update(shape=forward.x, name=forward.images, sources=())
    values = {forward.images: images}
    for operation in operations:
        inputs = [values[source] for source in operation.inputs]
        if operation.expression is None:
            value = graph.call_module(operation.name, tuple(inputs))
        else:
            if operation.name in made:
                inputs.append(graph.get_attr(operation.name))
            value = _expression(graph, operation.expression, inputs)
        value.meta.update(
            shape=operation.shape,
            overwritable=operation.overwritable,
            # whose output it is, and of whose outputs it is made: an expression may take several steps
            name=operation.name,
            sources=operation.inputs,
        )
        values[operation.name] = value
    scores = tuple(values[source] for source in forward.scores)
    graph.output(scores if len(scores) > 1 else scores[0])
    return graph


def _put(module: nn.Module, path: str, made: nn.Module | nn.Parameter) -> None:
    """Registers it under its path; the modules on the way are only holders."""
    *holders, last = path.split(".")
    for holder in holders:
        if holder not in module._modules:
            module.add_module(holder, nn.Module())
        module = module.get_submodule(holder)
    if isinstance(made, nn.Parameter):
        module.register_parameter(last, made)
    else:
        module.add_module(last, made)


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
