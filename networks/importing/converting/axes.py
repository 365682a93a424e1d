"""Axes that forward swaps, splits and picks from, as far as a layer of the catalog does the same."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from networks.core.message import message
from networks.importing.calls.values import BATCH, ChannelSlices, LayerOutput, Reshaped, Stacked
from networks.importing.refusal import UnshowableError, tried


def swapped(
    x: LayerOutput | Reshaped | Stacked, swap: Callable[..., Tensor], args: Any, kwargs: Any
) -> Reshaped | Stacked:
    """The two axes that the channels were split into, swapped, as in a channel shuffle.

    Where one of two neighbours has but one place, the numbers stay in their order.
    """
    data = tried(swap, x.data, *args[1:], **kwargs)
    if not isinstance(x, LayerOutput) and _keeps_order(x.data, data):
        return x._replace(data=torch.empty(data.shape, device="meta"))
    if isinstance(x, Reshaped) and not x.groups:
        batch, groups, each, *rest = x.data.shape
        # the strides tell which axes were swapped, even if both have the same length
        parted = x.data.shape == (BATCH, groups, x.output.shape[0] // groups, *x.output.shape[1:])
        strides = (x.data.stride(0), x.data.stride(2), x.data.stride(1), *x.data.stride()[3:])
        if parted and data.shape == (batch, each, groups, *rest) and data.stride() == strides:
            return Reshaped(x.output, data, groups)
    raise UnshowableError(message("it swaps axes in a way that no layer does"))


def _keeps_order(before: Tensor, after: Tensor) -> bool:
    """Whether the axes that have several places stand in the same order as before."""

    def long_axes(tensor: Tensor) -> list[tuple[int, int]]:
        return [axis for axis in zip(tensor.shape, tensor.stride(), strict=True) if axis[0] > 1]

    return long_axes(before) == long_axes(after)


def channel_slices(x: LayerOutput, pieces: Sequence[Tensor]) -> ChannelSlices:
    """The ranges of channels that a split gave."""
    bounds, start = [], 0
    for piece in pieces:
        if piece.shape[2:] != x.data.shape[2:] or piece.shape[0] != BATCH:
            raise UnshowableError(message("it splits something else than the channels"))
        bounds.append((start, start + piece.shape[1]))
        start = bounds[-1][1]
    return ChannelSlices(x, tuple(bounds))


def channels_picked(x: LayerOutput, index: Any) -> tuple[int, int]:
    """Where the channels begin and end that x[:, start:stop] picks, with the other axes whole."""
    every = slice(None)
    axes = index if isinstance(index, tuple) else (index,)
    plain = len(axes) > 1 and axes[0] == every and all(axis in (every, ...) for axis in axes[2:])
    if not plain or not isinstance(axes[1], slice) or axes[1].step not in (None, 1):
        raise UnshowableError(message("it picks something else than channels that follow each other"))
    start, stop, _ = axes[1].indices(x.shape[0])
    return start, stop


def all_picked(data: Tensor, index: Any) -> Tensor | None:
    """The tensor in another shape, where an index such as x[:, :, None, None] or x[:, :, 0, 0] picks all.

    None where it leaves something out, or picks in another order.
    """
    axes = index if isinstance(index, tuple) else (index,)
    if not all(axis is None or axis is ... or type(axis) in (int, slice) for axis in axes):
        return None
    picked: Tensor = tried(operator.getitem, data, index)
    return picked if picked.numel() == data.numel() and picked.shape[:1] == data.shape[:1] else None


def step_of(x: LayerOutput, index: Any) -> tuple[int, int] | None:
    """The rows and columns between two pixels that x[:, :, ::2, ::2] picks; None for other indices."""
    every = slice(None)
    axes = index if isinstance(index, tuple) else (index,)
    if len(axes) != 4 or axes[:2] != (every, every) or not all(type(axis) is slice for axis in axes):
        return None
    steps = tuple(axis.step or 1 for axis in axes[2:])
    whole = all(axis.start in (None, 0) and axis.stop is None for axis in axes[2:])
    return (steps[0], steps[1]) if whole and max(steps) > 1 and min(steps) > 0 else None
