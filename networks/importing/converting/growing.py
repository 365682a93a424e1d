"""The network as far as it has been imported: layers are added one by one, for whatever a call gives."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from networks.core.message import message
from networks.importing.calls.functions import layer_of_call
from networks.importing.calls.values import BATCH, ChannelSlices, LayerOutput, Reshaped
from networks.importing.naming.entries import Entry
from networks.importing.refusal import UnshowableError, tried
from networks.layers.base import Layer
from networks.layers.linear import Unflatten

Adds = Callable[[Layer, tuple[LayerOutput, ...]], LayerOutput]
"""Adds a layer behind these outputs."""


class GrowingNetwork:
    """The layers found so far, and the ways in which a call adds further ones.

    `path` is everywhere the module whose forward makes the call.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._branches: dict[tuple[int, int], tuple[LayerOutput, ...]] = {}
        """The channels of an entry, in this many parts."""

    @property
    def owned(self) -> Iterator[Entry]:
        """The layers that are modules themselves."""
        return (entry for entry in self.entries if entry.own)

    def add(
        self,
        layer: Layer,
        outputs: tuple[LayerOutput, ...],
        path: str,
        *,
        own: bool,
        frozen: bool = False,
    ) -> LayerOutput:
        """Adds a layer behind these outputs; `own` where it is the module at the path."""
        shape = layer.shape(*(output.shape for output in outputs))
        self.entries.append(Entry(layer, tuple(output.entry for output in outputs), path, own, frozen))
        return LayerOutput(len(self.entries) - 1, torch.empty((BATCH, *shape), device="meta"))

    def adder(self, path: str) -> Adds:
        """Adds layers that no module at the path stands for."""
        return lambda layer, outputs: self.add(layer, outputs, path, own=False)

    def called(self, target: Any, arguments: Mapping[str, Any], path: str) -> LayerOutput:
        """Adds the layer that does what this function does with these arguments."""
        layer, inputs = layer_of_call(target, arguments)
        return self.add(layer, inputs, path, own=False)

    def reshaped(self, x: LayerOutput | Reshaped, data: Tensor, path: str) -> LayerOutput | Reshaped:
        """The value of a call that gives the same numbers in another shape."""
        output = x.output if isinstance(x, Reshaped) else x
        groups = x.groups if isinstance(x, Reshaped) else 0
        if groups:
            if data.shape != output.data.shape:
                raise UnshowableError(message("it changes axes in a way that no layer does"))
            shuffle = nn.functional.channel_shuffle
            return self.called(shuffle, {"input": output, "groups": groups}, path)
        if data.shape == output.data.shape:
            return output
        if output.data.dim() == 2 and data.shape == (*output.data.shape, 1, 1):
            return self.add(Unflatten(), (output,), path, own=False)
        if data.dim() == 2 and data.shape[0] == BATCH:
            return self.called(torch.flatten, {"input": output, "start_dim": 1, "end_dim": -1}, path)
        return Reshaped(output, data)

    def part(self, parts: ChannelSlices, index: Any, path: str) -> LayerOutput | tuple[LayerOutput, ...]:
        """Some of the parts of a split."""
        picked = tried(operator.getitem, parts.bounds, index)
        if isinstance(index, slice):
            return tuple(self.sliced(parts.output, start, stop, path) for start, stop in picked)
        start, stop = picked
        return self.sliced(parts.output, start, stop, path)

    def sliced(self, x: LayerOutput, start: int, stop: int, path: str) -> LayerOutput:
        """The channels from `start` to before `stop`."""
        if (start, stop) == (0, x.shape[0]):
            return x
        slice_of = {"input": x, "dim": 1, "start": start, "length": stop - start}
        return self.called(torch.narrow, slice_of, path)

    def slices(self, x: LayerOutput, count: int, path: str) -> tuple[LayerOutput, ...]:
        """The channels in this many equal parts; each part is one layer, however often it is asked for."""
        if (x.entry, count) not in self._branches:
            size = x.shape[0] // count
            starts = range(0, x.shape[0], size)
            self._branches[x.entry, count] = tuple(self.sliced(x, n, n + size, path) for n in starts)
        return self._branches[x.entry, count]
