"""What every layer type declares: its parameters, its shape rule and the torch call that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, ClassVar

from networks.core.call import Call
from networks.core.declared import Declared
from networks.core.fields import Field, changed, fields_of
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
    icon: ClassVar[str] = ""
    """The name of its own icon, such as `conv2d`; where it has none, that of its group is shown."""
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
    """Whether, while training, all images of the batch share the mean and variance it normalizes by."""
    trains_differently: ClassVar[bool] = False
    """Whether it computes something else while training than afterwards."""
    draws_random_numbers: ClassVar[bool] = False
    """Whether it draws random numbers while training."""
    overwritable: ClassVar[bool] = False
    """Whether what follows may write over its output.

    The output must have memory of its own, and the gradient must not be computed from it.
    """

    views_input: ClassVar[bool] = False
    """Whether its output may lie in the memory of its input, so that writing into one changes the other."""
    elementwise: ClassVar[bool] = False
    """Whether it is a function of each number by itself, so that another such layer can stand in for it."""
    follows_input: ClassVar[bool] = False
    """Whether in a block its parameters follow from the shape that comes in, and say nothing of the block."""
    drops_images: ClassVar[bool] = False
    """Whether, while training, it sets whole images to zero, which makes sense beside a shortcut alone."""
    passes_scores: ClassVar[bool] = False
    """Whether it may stand between the layer that makes the scores and the Output, as a Flatten may."""
    torch_names: ClassVar[Mapping[str, str]] = {}
    """What torch calls the parameters that have another name here, such as `{"kernel": "kernel_size"}`."""

    def shape(self, *inputs: Shape) -> Shape:
        """The output's shape. Raises ShapeError, in words, where the inputs do not fit."""
        raise NotImplementedError

    def module(self, *inputs: Shape) -> Call | None:
        """The call that makes the torch module, or None where `function` does the work."""
        return None

    def function(self, *inputs: Shape) -> Call:
        """The expression over `Argument`s that computes the layer.

        It stands in forward where there is no module. A layer with a module may give the function of torch
        that does the same: calls of that function are then imported as this layer.
        """
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

    def numbers_per_statistic(self, *inputs: Shape) -> int | None:
        """How many numbers of one image share a mean and a variance that they are normalized by.

        None where it normalizes by none. With `normalizes_by_batch` those of all images of the batch count
        together. A single number has no variance: torch refuses it, or turns it into a constant.
        """
        return None

    def adds_in_any_order(self, *inputs: Shape) -> bool:
        """Whether its gradient on an NVIDIA GPU is not the same each time, to the last bit.

        torch's kernels for some layers, which `torch.use_deterministic_algorithms` lists, add up with atomic
        additions, and so in any order, what several numbers of the output send to one of the input. Where
        each number of the input gets one share alone, nothing is added up.
        """
        return False

    def multiply_adds(self, *inputs: Shape) -> int:
        """Multiply-adds of one sample in matrix products (convolutions and linear layers), bias left out."""
        return 0

    def summary(self) -> str:
        """The telling parameters on the card, such as `64 · 3×3 /2`."""
        return ""

    def with_classes(self, classes: int) -> Layer:
        """This layer where the data has this many classes; other than itself only where it asks for them."""
        return self

    def per_class(self, classes: int) -> Layer:
        """The inverse of `with_classes`: asks for one output per class where there are that many now."""
        return self

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> Layer | None:
        """The inverse of `module`, `function` and `tensor`: the layer of this type that makes a call.

        All arguments of the call are given by name, with defaults filled in; `Argument`s stand for what
        comes over the wires. The importer compares what the layer makes with the call, so an argument that
        has no parameter here may be ignored. None where no layer of this type makes such a call. Raises
        msgspec.ValidationError where a parameter would be out of its bounds.

        Every parameter is taken from the argument of its name, or of the name that `torch_names` gives.
        """
        arguments = call.named
        found = {}
        for field in _fields(cls):
            value = arguments.get(cls.torch_names.get(field.name, field.name))
            if value is not None:
                found[field.name] = _fitting(value, field)
        return changed(cls(), **found)

    def weights(self, *inputs: Shape) -> int:
        """How many numbers are learned."""
        return sum(count(shape) for shape in self.parameters(*inputs).values())


_fields = cache(fields_of)


def _fitting(value: Any, field: Field) -> Any:
    """torch takes a number for a pair of equal ones, and keeps some whole numbers as 2.0."""
    if field.kind == "pair":
        return value if isinstance(value, tuple | list) else (value, value)
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return int(value) if field.kind == "whole" and isinstance(value, float) and value.is_integer() else value
