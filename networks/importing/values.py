"""What a call hands on while a traced graph is turned into layers."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from networks.core.shapes import Shape

BATCH = 1009
"""Images in the batch of the stand-ins: a prime that no model is built with, which tells the axis apart."""


class LayerOutput(NamedTuple):
    """The output of a layer. `data` is a batch of its shape on the meta device."""

    entry: int
    data: Tensor

    @property
    def shape(self) -> Shape:
        """Of one sample."""
        return tuple(self.data.shape[1:])


class Reshaped(NamedTuple):
    """The same numbers in an order of axes that no layer has, on the way to one that has.

    With `groups` the channels were parted into so many, and the two axes that this makes were swapped.
    """

    output: LayerOutput
    data: Tensor
    groups: int = 0


class ChannelSlices(NamedTuple):
    """Channels of a layer's output, from start to stop each."""

    output: LayerOutput
    bounds: tuple[tuple[int, int], ...]


class Learned(NamedTuple):
    """A parameter or buffer that forward uses by itself, without the module that holds it."""

    path: str
    tensor: Tensor
