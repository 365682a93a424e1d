"""Layers that join several wires into one."""

from __future__ import annotations

from typing import ClassVar

from networks.core.call import Argument, Call, call
from networks.core.message import Message, message
from networks.core.shapes import Shape, ShapeError, checked, show
from networks.layers.base import Group, Layer


class Add(Layer, frozen=True):
    """Adds its inputs number by number; with a wire past some layers it makes a residual connection."""

    group: ClassVar = Group.MERGE
    overwritable: ClassVar = True
    icon: ClassVar = "add"
    stem: ClassVar = "add"
    keywords: ClassVar = "sum residual skip shortcut plus merge"
    fewest_inputs: ClassVar = 2
    most_inputs: ClassVar = 64

    def shape(self, *inputs: Shape) -> Shape:
        return alike(inputs)

    def function(self, *inputs: Shape) -> Call:
        return folded("torch.add", len(inputs))


class Multiply(Layer, frozen=True):
    """Multiplies its inputs number by number; so one input can scale the other up and down."""

    group: ClassVar = Group.MERGE
    icon: ClassVar = "multiply"
    stem: ClassVar = "multiply"
    keywords: ClassVar = "product gate attention scale times merge"
    fewest_inputs: ClassVar = 2
    most_inputs: ClassVar = 64

    def shape(self, *inputs: Shape) -> Shape:
        return alike(inputs)

    def function(self, *inputs: Shape) -> Call:
        return folded("torch.mul", len(inputs))


class Concat(Layer, frozen=True):
    """Stacks its inputs channel by channel, in the order of their wires."""

    group: ClassVar = Group.MERGE
    icon: ClassVar = "concat"
    stem: ClassVar = "concat"
    keywords: ClassVar = "concatenate cat join stack inception dense merge"
    fewest_inputs: ClassVar = 2
    most_inputs: ClassVar = 512

    def shape(self, *inputs: Shape) -> Shape:
        if len({len(shape) for shape in inputs}) > 1:
            raise mixed(inputs)
        if len({shape[1:] for shape in inputs}) > 1:
            raise ShapeError(
                message("inputs of one height and width"),
                listed(inputs),
                message("pool, pad or stride all branches the same way"),
            )
        return checked((sum(shape[0] for shape in inputs), *inputs[0][1:]))

    def function(self, *inputs: Shape) -> Call:
        return call("torch.cat", [Argument(index) for index in range(len(inputs))], dim=1)


def alike(inputs: tuple[Shape, ...]) -> Shape:
    """The one shape that all inputs have. Raises ShapeError where they differ.

    Axes of length 1 are stretched, as in torch: squeeze-and-excitation relies on it.
    """
    if len({len(shape) for shape in inputs}) == 1:
        joined = tuple(max(sizes) for sizes in zip(*inputs, strict=True))
        if all(size in (1, most) for shape in inputs for size, most in zip(shape, joined, strict=True)):
            return checked(joined)
    else:
        raise mixed(inputs)
    raise ShapeError(
        message("inputs of one shape"),
        listed(inputs),
        message("give both branches the same filters and strides, or put a 1×1 convolution on one of them"),
    )


def mixed(inputs: tuple[Shape, ...]) -> ShapeError:
    """The refusal of vectors beside images."""
    return ShapeError(
        message("only images or only vectors"),
        listed(inputs),
        message("make the images vectors, too: put a global average pooling or a Flatten on their branch"),
    )


def listed(inputs: tuple[Shape, ...]) -> Message:
    """All shapes as part of a sentence: `64×8×8 and 32×8×8`."""
    return message("{shapes}", shapes=", ".join(map(show, inputs)))


def folded(target: str, inputs: int) -> Call:
    """The binary operation applied from left to right: `torch.add(torch.add(x0, x1), x2)`."""
    found = call(target, Argument(0), Argument(1))
    for index in range(2, inputs):
        found = call(target, found, Argument(index))
    return found
