"""Trains layer types for a step in every role; in a process of its own, since torch may end it.

Run as `python -m tests.networks.training.setup.roles few|all TYPE …`. A line that begins with "at " says what
comes next, so that the last one names what ended the process; one that begins with "wrong " says what was
found.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import torch
from torch import Tensor, nn

from networks.core.fields import changed, fields_of
from networks.core.shapes import Shape, ShapeError
from networks.graph.check import check
from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.project.project import Project
from networks.recipes.recipe import Recipe
from networks.training.machine.devices import RandomNumbers
from networks.training.printed.steps import train_step
from networks.training.setup.model import Model, make_model
from tests.networks.strategies import INNER

CLASSES_OF_DIGITS = 10
SIZES = {"few": ((3, 6, 6), (1, 5, 4)), "all": ((3, 6, 6), (1, 5, 4), (3, 1, 6), (1, 1, 1))}
CLOSE = 1e-2
"""How far gradients in another memory layout may be off, relative to the largest.

Normalizing a channel whose numbers hardly differ magnifies rounding errors: 2e-3 was seen.
"""


class Role(NamedTuple):
    """What stands between the Input and the layer, and whether that is frozen."""

    before: tuple[Layer, ...]
    frozen: bool

    def __str__(self) -> str:
        names = ", ".join(type(layer).__name__ for layer in self.before)
        return f"behind {'frozen ' if self.frozen else ''}{names}" if names else "first"


def variants(kind: type[Layer]) -> Iterator[Layer]:
    """The layer with its defaults, and with one parameter after the other set to something else."""
    yield kind()
    for field in fields_of(kind):
        values: list[Any] = []
        match field.kind:
            case "flag":
                values = [not field.default]
            case "choice":
                values = list(field.choices)
            case "whole":
                values = [number for number in (1, 2, 3) if field.low <= number <= field.high]
            case "pair":
                values = [(number, number) for number in (0, 1, 2, 3) if field.low <= number <= field.high]
        for value in values:
            if value != field.default:
                yield changed(kind(), **{field.name: value})


def network_of(layer: Layer, role: Role, shape: Shape) -> Network | None:
    """The layer in this role, with Flattens where a vector is needed; None where it does not fit."""
    nodes = [Node("input", Input(channels=shape[0], size=shape[1:]))]
    for index, each in enumerate((*role.before, layer)):
        inner = index < len(role.before)
        name = f"before{index}" if inner else "layer"
        if not _append(nodes, name, each, role.frozen and inner):
            return None
    if len(_shape(nodes)) > 1:
        nodes.append(Node("flat", Flatten(), (nodes[-1].name,)))
    nodes.append(Node("fc", Linear(CLASSES), (nodes[-1].name,)))
    nodes.append(Node("output", Output(), ("fc",)))
    network = Network(tuple(nodes))
    return None if check(network, CLASSES_OF_DIGITS).findings else network


def _shape(nodes: list[Node]) -> Shape:
    shape = check(Network(tuple(nodes))).nodes[nodes[-1].name].output
    assert shape is not None
    return shape


def _append(nodes: list[Node], name: str, layer: Layer, frozen: bool) -> bool:
    for flat in (False, True):
        shape, source = _shape(nodes), nodes[-1].name
        inputs = (math.prod(shape),) if flat else shape
        try:
            layer.shape(*((inputs,) * layer.fewest_inputs))
        except ShapeError:
            continue
        if flat:
            nodes.append(Node(f"{name}_flat", Flatten(), (source,)))
            source = nodes[-1].name
        nodes.append(Node(name, layer, (source,) * layer.fewest_inputs, frozen=frozen))
        return True
    return False


def steps(network: Network, counts: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Each step that is made with the network, and what is wrong with it."""
    project = Project(network, Recipe())
    cpu = torch.device("cpu")
    model = make_model(project, cpu, RandomNumbers(cpu, 0))
    random = any(node.layer.draws_random_numbers for node in network.nodes)
    kept = {name: tensor.clone() for name, tensor in model.module.named_buffers()}
    for count, mode in itertools.product(counts, ("evaluation", "training")):
        found: dict[str, dict[str, Tensor]] = {}
        # the first one is what the others are compared with
        for layout in ("plain, with the gradient of the images", "plain", "channels last"):
            label = f"{count} images, {mode}, {layout}"
            yield label, ""
            for name, tensor in model.module.named_buffers():
                tensor.copy_(kept[name])
            try:
                found[layout] = gradients(model, network, count, mode, layout)
            except Exception as error:  # noqa: BLE001  whatever it is, it is reported
                # a single number has no variance, which is found before a run
                if "more than 1 value" not in str(error):
                    yield label, f"{type(error).__name__}: {error}"
                break
            if not random and (problem := different(*found.values())):
                yield label, problem


def gradients(model: Model, network: Network, count: int, mode: str, layout: str) -> dict[str, Tensor]:
    """Of all that is trained, after a step on images that lie in memory as `layout` says."""
    order = torch.channels_last if layout == "channels last" else torch.contiguous_format
    model.module.to(memory_format=order)
    generator = torch.Generator().manual_seed(count)
    shape = network["input"].layer.shape()
    images = torch.randn(count, *shape[1:], shape[0], generator=generator).permute(0, 3, 1, 2)
    if layout != "channels last":
        images = images.clone(memory_format=torch.contiguous_format)
    images.requires_grad_("gradient" in layout)
    labels = torch.arange(count) % CLASSES_OF_DIGITS
    if mode == "training":
        model.set_training()
    else:
        model.module.eval()
    torch.default_generator.manual_seed(0)
    optimizer = torch.optim.SGD(model.weights, lr=0.0)
    train_step(model.trained, nn.CrossEntropyLoss(), optimizer, images, labels)
    return {
        name: weight.grad.clone()
        for name, weight in model.module.named_parameters()
        if weight.grad is not None
    }


def different(first: dict[str, Tensor], *others: dict[str, Tensor]) -> str:
    """What the last of them has otherwise than the first."""
    for other in others[-1:]:
        if first.keys() != other.keys():
            return f"gradients of {sorted(other)}, not {sorted(first)}"
        largest = max(float(each.abs().max()) for each in first.values())
        for name, expected in first.items():
            off = float((other[name] - expected).abs().max())
            if not off <= CLOSE * max(largest, 1e-3):
                return f"the gradient of {name} is off by {off:.3g}"
    return ""


def roles(which: str) -> Iterator[Role]:
    """First, and behind a convolution that is trained or frozen."""
    yield Role((), False)
    for frozen in (False, True):
        yield Role((Conv2d(4, (3, 3)),), frozen)
        if which == "all":
            # one channel is in both orders at once
            yield Role((Conv2d(1, (1, 1), padding=(0, 0)),), frozen)


ONE_AND_SEVERAL = (1, 3)
"""So many images."""


def neighbours(kind: type[Layer]) -> Iterator[tuple[Network, str, tuple[int, ...]]]:
    """The layer behind each other type, with one image where that is trained and several where it is frozen.

    Or the other way round. With each, the layer has other parameters and another size.
    """
    own = INNER.index(kind)
    for place, other in enumerate(INNER):
        layer = _turned(list(variants(other)), place + own)[0]
        # behind a convolution, so that there are several channels, and something to freeze
        before = (Conv2d(4, (3, 3)), layer)
        sizes = _turned(list(SIZES["all"]), place + 2 * own)
        for frozen in (False, True):
            role = Role(before, frozen)
            fitting = ((each, shape) for shape in sizes for each in variants(kind))
            found = ((network_of(each, role, shape), each, shape) for each, shape in fitting)
            count = ONE_AND_SEVERAL[(place + own + frozen) % 2]
            for network, each, shape in itertools.islice((one for one in found if one[0] is not None), 1):
                yield network, _about(each, role, shape), (count,)


def _turned(values: list[Any], count: int) -> list[Any]:
    first = count % len(values)
    return values[first:] + values[:first]


def alone(kind: type[Layer], which: str) -> Iterator[tuple[Network, str, tuple[int, ...]]]:
    """The layer with each of its parameters, first and behind a convolution."""
    for role, shape in itertools.product(roles(which), SIZES[which]):
        fitting = ((network_of(each, role, shape), each) for each in variants(kind))
        most = 2 if which == "few" else None
        for network, layer in itertools.islice((one for one in fitting if one[0] is not None), most):
            yield network, _about(layer, role, shape), ONE_AND_SEVERAL


def _about(layer: Layer, role: Role, shape: Shape) -> str:
    return f"{type(layer).__name__}{msgspec.structs.asdict(layer)} {role} on {shape}"


def main(which: str, *names: str) -> None:
    torch.set_num_threads(1)
    for name in names:
        (kind,) = (kind for kind in INNER if kind.__name__ == name)
        trained = 0
        tried = itertools.chain(alone(kind, which), neighbours(kind) if which == "all" else ())
        for network, about, counts in tried:
            for label, problem in steps(network, counts):
                trained += 1
                said = f"wrong {about}, {label}: {problem}" if problem else f"at {about}, {label}"
                print(said, flush=True)  # noqa: T201
        assert trained, f"{name} fits nowhere"


if __name__ == "__main__":
    main(*sys.argv[1:])
