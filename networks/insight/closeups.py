"""Looks at one layer from near while a picture goes through the network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from networks.layers.activation import Activation
from networks.layers.base import Group, Layer
from networks.layers.merge import Concat
from networks.xray.closeup import (
    BINS,
    Closeup,
    Focus,
    Incoming,
    Normed,
    Reals,
    Spread,
    in_order,
    paged,
)


def closeup(
    layer: Layer, part: nn.Module | None, inputs: tuple[Tensor, ...], output: Tensor, focus: Focus
) -> Closeup:
    """What this layer gives for the first picture; `part` is its module, None where it has none."""
    values = _whole(output)
    shape = tuple(values.shape)
    flat = values.reshape(shape[0], -1)
    lows, highs = flat.min(1), flat.max(1)
    size = paged(shape)
    order = in_order(lows, highs, focus.order)
    pages = -(-len(order) // size)
    page = max(0, min(focus.page, pages - 1))
    channels = order[page * size : (page + 1) * size]
    channel = focus.channel if focus.channel is not None and focus.channel < shape[0] else int(channels[0])
    vector = flat.shape[1] == 1
    kernel, kernel_from = _kernel(part, channel, shape[0])
    bias = getattr(part, "bias", None)
    return Closeup(
        focus.name,
        shape,
        lows,
        highs,
        page,
        pages,
        tuple(channels.tolist()),
        flat[channels, 0] if vector else values[channels],
        channel,
        flat[channel, 0:1].copy() if vector else values[channel].copy(),
        () if vector else _incoming(layer, inputs, channel, shape[0]),
        kernel,
        kernel_from,
        float(bias[channel]) if isinstance(bias, Tensor) and bias.shape == shape[:1] else None,
        spread([torch.from_numpy(values)]),
        spread([each[0] for each in inputs]) if isinstance(layer, Activation) else None,
        _normed(part, inputs[0], output) if layer.group is Group.NORMALIZATION and inputs else None,
    )


def spread(tensors: list[Tensor]) -> Spread:
    """How all numbers of these tensors together are spread."""
    # in 32 bits, as torch counts them
    numbers = torch.cat([each.detach().reshape(-1).float().cpu() for each in tensors])
    finite = numbers[torch.isfinite(numbers)]
    if not len(finite):
        return Spread(0.0, 0.0, np.zeros(BINS, np.int64), len(numbers), 0.0, 0.0, 0.0)
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = torch.histc(finite, BINS, low, high).to(torch.int64).numpy()
    mean, deviation = float(finite.mean()), float(finite.std(correction=0))
    return Spread(low, high, counts, len(numbers), mean, deviation, float(finite.norm()))


def _whole(tensor: Tensor) -> Reals:
    """The first picture's numbers in plain order: a copy, since the next step may change them."""
    found: Reals = tensor[0].detach().float().contiguous().cpu().clone().numpy()
    return found


def _kernel(part: nn.Module | None, channel: int, channels: int) -> tuple[Reals | None, int]:
    """The weights that make a channel, and from which channel on they read."""
    weight = getattr(part, "weight", None)
    if not isinstance(weight, Tensor) or weight.ndim < 2:
        return None, 0
    groups = int(getattr(part, "groups", 1))
    per_group = channels // groups
    if isinstance(part, nn.ConvTranspose2d):
        reads = weight.shape[0] // groups
        begin = channel // per_group * reads
        chosen = weight[begin : begin + reads, channel % per_group]
    elif weight.shape[0] == channels:
        begin = channel // per_group * weight.shape[1] if weight.ndim == 4 else 0
        chosen = weight[channel]
    else:
        return None, 0
    found: Reals = chosen.detach().float().cpu().contiguous().clone().numpy()
    return found, begin


def _incoming(layer: Layer, inputs: tuple[Tensor, ...], channel: int, channels: int) -> tuple[Incoming, ...]:
    """The maps that come in for a channel, where those that come in correspond to those that go out."""
    found: list[Incoming] = []
    begin = 0
    for which, each in enumerate(inputs):
        if each.ndim != 4 or each.shape[2] * each.shape[3] == 1:
            continue
        if isinstance(layer, Concat):
            if begin <= channel < begin + each.shape[1]:
                found.append(Incoming(which, channel - begin, _whole(each[:, channel - begin])))
            begin += each.shape[1]
        elif each.shape[1] == channels and not layer.counts_in_depth:
            found.append(Incoming(which, channel, _whole(each[:, channel])))
    return tuple(found)


def _normed(part: nn.Module | None, before: Tensor, after: Tensor) -> Normed:
    channels = after.shape[1]

    def told(name: str) -> Reals | None:
        found = getattr(part, name, None)
        if not isinstance(found, Tensor) or found.shape != (channels,):
            return None
        own: Reals = found.detach().float().cpu().clone().numpy()
        return own

    if isinstance(part, nn.LayerNorm) and after.ndim > 2:
        # its numbers belong to another axis
        return Normed(_moments(before), _moments(after))
    variance, eps = told("running_var"), float(getattr(part, "eps", 0.0))
    deviation = None if variance is None else np.sqrt(variance + eps)
    return Normed(
        _moments(before), _moments(after), told("running_mean"), deviation, told("weight"), told("bias")
    )


def _moments(tensor: Tensor) -> tuple[Reals, Reals]:
    """Mean and deviation of each channel of the first picture."""
    rows = tensor[0].detach().float().reshape(tensor.shape[1], -1)
    return rows.mean(1).cpu().numpy(), rows.std(1, correction=0).cpu().numpy()
