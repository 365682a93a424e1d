"""What every layer type declares: its parameters, its shape rule and the torch call that makes it."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from networks.core.call import Call
from networks.core.declared import Declared
from networks.core.shapes import Shape, count


class Group(Enum):
    """A heading of the palette; each has a colour and an icon of its own."""

    NETWORK = "Network"
    CONVOLUTION = "Convolution"
    POOLING = "Pooling"
    ACTIVATION = "Activation"
    NORMALIZATION = "Normalization"
    LINEAR = "Linear"
    REGULARIZATION = "Regularization"
    RESIZING = "Resizing"
    MERGE = "Merge"
    BLOCKS = "Blocks"


class Layer(Declared, frozen=True, cache_hash=True):
    """One layer type is one subclass: its fields are the parameters, its docstring's first sentence the help.

    The class name is the name in project files and, where torch has such a module, torch's name.
    Shapes are those of one sample, without the batch axis.
    """

    group: ClassVar[Group]
    stem: ClassVar[str] = "layer"
    """What the names of new nodes begin with: `conv` gives conv1, conv2, …"""
    keywords: ClassVar[str] = ""
    """Further words that the palette's search finds."""
    fewest_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int] = 1
    ends: ClassVar[bool] = False
    """Whether scores leave the network here, so that nothing follows."""
    counts_in_depth: ClassVar[bool] = False
    """Whether the papers count it when they say how deep a network is: convolutions and linear layers."""
    normalizes_by_batch: ClassVar[bool] = False
    """Whether, while training, it uses mean and variance of the batch, which one number alone lacks."""
    trains_differently: ClassVar[bool] = False
    """Whether it computes something else while training than afterwards."""
    draws_random_numbers: ClassVar[bool] = False
    """Whether it draws random numbers while training."""
    overwritable: ClassVar[bool] = False
    """Whether what follows may write over its output.

    The output must have memory of its own, and the gradient must not be computed from it.
    """

    def shape(self, *inputs: Shape) -> Shape:
        """The output's shape. Raises ShapeError, in words, where the inputs do not fit."""
        raise NotImplementedError

    def module(self, *inputs: Shape) -> Call | None:
        """The call that makes the torch module, or None where `function` does the work."""
        return None

    def function(self, *inputs: Shape) -> Call:
        """The expression over `Argument`s that stands in forward, for layers without a module."""
        raise NotImplementedError

    def tensor(self, *inputs: Shape) -> Call | None:
        """The call that makes a learned tensor whose key is the node's name itself, with nothing behind it.

        `function` finds it behind the inputs: with one input it is `Argument(1)`.
        """
        return None

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        """Name and shape of every learned tensor, as torch names them; buffers are not among them.

        A tensor that bears the node's own name stands under the empty one.
        """
        return {}

    def multiply_adds(self, *inputs: Shape) -> int:
        """Multiply-adds of one sample in matrix products (convolutions and linear layers), bias left out."""
        return 0

    def summary(self) -> str:
        """The telling parameters on the card, such as `64 · 3×3 /2`."""
        return ""

    def with_classes(self, classes: int) -> Layer:
        """This layer where the data has so many classes; other than itself only where it asks for them."""
        return self

    def weights(self, *inputs: Shape) -> int:
        """How many numbers are learned."""
        return sum(count(shape) for shape in self.parameters(*inputs).values())
