"""What the nodes of a traced graph stand for while it is turned into layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from networks.core.shapes import Shape

BATCH = 1009
"""Batch size of the meta tensors: a prime that no model uses, so that the batch axis can be recognised."""


class LayerOutput(NamedTuple):
    """The output of a layer: its entry, and a batch of its shape on the meta device."""

    entry: int
    data: Tensor

    @property
    def shape(self) -> Shape:
        """The shape of one sample."""
        return tuple(self.data.shape[1:])


class Reshaped(NamedTuple):
    """A layer's output in a shape that no layer gives, until a later call brings it back to one.

    With `groups` the channels were split into this many, and the two axes that this gave were swapped.
    """

    output: LayerOutput
    data: Tensor
    groups: int = 0


class Stacked(NamedTuple):
    """Outputs of layers, one behind the other along an axis behind the batch, and how they are viewed."""

    parts: tuple[LayerOutput, ...]
    data: Tensor


class Widened(NamedTuple):
    """Single pixels of a layer's output, repeated to the size of an image."""

    output: LayerOutput
    data: Tensor


class PartlyAveraged(NamedTuple):
    """A layer's output with the mean over its rows or its columns in their place."""

    output: LayerOutput
    data: Tensor


class Shifted(NamedTuple):
    """A layer's output plus 3."""

    output: LayerOutput


class SixTimes(NamedTuple):
    """Six times the hard sigmoid of a layer's output."""

    output: LayerOutput


class ChannelSlices(NamedTuple):
    """A layer's output split into ranges of channels, each from start to stop."""

    output: LayerOutput
    bounds: tuple[tuple[int, int], ...]


class Standardized(NamedTuple):
    """That each filter of a convolution is brought to mean 0 and variance 1, and multiplied by its gain.

    `gain` is the path of the gains and `size` their shape; the path is empty where there are none.
    """

    eps: float
    gain: str
    size: Shape


class Learned(NamedTuple):
    """A parameter or buffer that forward uses directly, not through a module."""

    path: str
    tensor: Tensor
    shape: Shape
    """The shape that it is used in, which may be another view of its numbers than its own."""
    factor: float = 1.0
    """What all its numbers are multiplied by before it is used."""
    standardized: Standardized | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is used in the shape in which it is held."""
        return self.shape == tuple(self.tensor.shape)

    @property
    def is_computed(self) -> bool:
        """Whether other numbers are used than are learned."""
        return self.factor != 1 or self.standardized is not None


def is_sequence(value: Any) -> bool:
    """Whether it holds several values, as tuples and lists do, those of torch.fx too, and is none itself."""
    return isinstance(value, tuple | list) and not hasattr(value, "_fields")


def within(value: Any) -> Iterator[Any]:
    """The values in nested arguments, in order."""
    if isinstance(value, _KINDS):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from within(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from within(item)


_KINDS = (
    LayerOutput, Reshaped, Stacked, Widened, PartlyAveraged, Shifted, SixTimes, ChannelSlices, Learned
)  # fmt: skip


def without_numbers(value: Any) -> Any:
    """A tensor on the meta device for what a node stands for."""
    if isinstance(value, Learned):
        return torch.empty(value.shape, device="meta")
    if isinstance(value, Shifted | SixTimes):
        return value.output.data
    return value.data if isinstance(value, LayerOutput | Reshaped | Widened) else value
