"""At which sizes of images an import is run beside its original: to save time, and to bound its memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from networks.core.shapes import Shape, count
from networks.doctor.memory import free_memory
from networks.graph.check import Report, check
from networks.graph.edits import set_layers
from networks.graph.network import Network
from networks.layers.ends import Input

BATCH = 2
LARGE = 3e8
"""Multiply-adds of a forward pass of one image above which smaller images are tried first."""
SMALL = 32
"""No image is made smaller than that, since many layers do the same to a single pixel."""
MOST_MEMORY = 4_000_000_000
"""Bytes that running both side by side may take; less where less is free."""
MANY_WEIGHTS = 20_000_000
"""With more weights than that, gradients are compared for the small tensors alone, to save memory."""
SINGLE, DOUBLE = 4, 8
"""Bytes of one number."""


class JudgedSize(NamedTuple):
    """A size of images that the network can be run at with the very weights of its own size."""

    size: Shape
    multiply_adds: int
    numbers: int
    """What all layers together give for one image."""
    weights: int

    def memory(self, width: int) -> int:
        """Bytes that comparing takes with numbers of this width, about.

        Both keep what each layer gives until the gradients are computed. In double precision the original's
        inputs and outputs of each layer are kept as well, to compare layer by layer.
        """
        copies = 2 if width == SINGLE else 4
        gradients = 2 * min(self.weights, MANY_WEIGHTS)
        return width * (copies * BATCH * self.numbers + gradients)


def bound() -> int:
    """Bytes that comparing may take now."""
    free = free_memory()
    return MOST_MEMORY if free is None else min(MOST_MEMORY, free)


def judged_sizes(network: Network, classes: int) -> tuple[JudgedSize, ...]:
    """The network's own size and, while that costs much, smaller ones, each about half the one before it."""
    (images,) = network.of_type(Input)
    channels, height, width = images.layer.shape()
    report = check(network, classes)
    weights = _weights(report)
    found = [_judged((channels, height, width), report)]
    factor = 1
    while _costs_much(found[-1]) and min(height, width) // (2 * factor) >= SMALL:
        factor *= 2
        size = (channels, _shortened(height, factor), _shortened(width, factor))
        fewer = check(with_size(network, size), classes)
        if fewer.findings or _weights(fewer) != weights:
            break
        found.append(_judged(size, fewer))
    return tuple(found)


def with_size(network: Network, size: Shape) -> Network:
    """The network for images of this size."""
    (images,) = network.of_type(Input)
    return set_layers(network, {images.name: replace(images.layer, size=size[1:])})


def _costs_much(size: JudgedSize) -> bool:
    return size.multiply_adds > LARGE or size.memory(DOUBLE) > MOST_MEMORY


def _judged(size: Shape, report: Report) -> JudgedSize:
    numbers = sum(count(node.output) for node in report.nodes.values() if node.output is not None)
    return JudgedSize(size, report.multiply_adds, numbers, report.weights)


def _weights(report: Report) -> dict[str, object]:
    return {
        name: node.layer.parameters(*_known(node.inputs))
        for name, node in report.nodes.items()
        if None not in node.inputs
    }


def _known(inputs: Sequence[Shape | None]) -> tuple[Shape, ...]:
    return tuple(shape for shape in inputs if shape is not None)


def _shortened(length: int, factor: int) -> int:
    """A length divided by the factor, or a little more.

    Divided by 32 it leaves the remainder that the length leaves: so five strides of 2 meet odd lengths in the
    same layers, and padding that forward chooses by them is as wide.
    """
    least = length // factor
    return least + (length - least) % 32
