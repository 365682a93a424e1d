"""Looks at one layer from near while a picture goes through the network."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
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

_AT_ONCE = 2**22
"""Numbers that are counted at a time."""


def closeup(
    layer: Layer, part: nn.Module | None, inputs: tuple[Tensor, ...], output: Tensor, focus: Focus
) -> Closeup:
    """What this layer gives for the first picture; `part` is its module, None where it has none."""
    own = output[0].detach().float()
    shape = tuple(own.shape)
    lows, highs = (each.cpu().numpy() for each in _extremes(own))
    size = paged(shape)
    order = in_order(lows, highs, focus.order)
    pages = -(-len(order) // size)
    page = max(0, min(focus.page, pages - 1))
    channels = order[page * size : (page + 1) * size]
    channel = focus.channel if focus.channel is not None and focus.channel < shape[0] else int(channels[0])
    vector = own.numel() == shape[0]
    # never all of a layer: of large pictures that would be too much
    values, chosen = _copied(own, channels), _copied(own, np.array([channel]))
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
        values.reshape(-1) if vector else values,
        channel,
        chosen.reshape(-1) if vector else chosen[0],
        () if vector else _incoming(layer, inputs, channel, shape[0]),
        kernel,
        kernel_from,
        float(bias[channel]) if isinstance(bias, Tensor) and bias.shape == shape[:1] else None,
        spread([own]),
        spread([each[0] for each in inputs]) if isinstance(layer, Activation) else None,
        _normed(part, inputs[0], output) if layer.group is Group.NORMALIZATION and inputs else None,
    )


def spread(tensors: list[Tensor]) -> Spread:
    """How all numbers of these tensors together are spread."""
    parts = [part for each in tensors for part in _parts(each.detach())]
    count = sum(part.numel() for part in parts)
    told = [(float(some.min()), float(some.max())) for some in map(_finite, parts) if len(some)]
    if not told:
        return Spread(0.0, 0.0, np.zeros(BINS, np.int64), count, 0.0, 0.0, 0.0)
    low, high = min(low for low, _ in told), max(high for _, high in told)
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = np.zeros(BINS, np.int64)
    sums = np.zeros(2)
    for some in map(_finite, parts):
        # in 32 bits, as torch counts them
        counts += torch.histc(some, BINS, low, high).to(torch.int64).numpy()
        sums += float(some.sum(dtype=torch.float64)), float(some.double().square().sum())
    finite = int(counts.sum())
    mean = sums[0] / finite
    deviation = max(0.0, sums[1] / finite - mean**2) ** 0.5
    return Spread(low, high, counts, count, float(mean), float(deviation), float(sums[1] ** 0.5))


def _parts(tensor: Tensor) -> tuple[Tensor, ...]:
    """A tensor in parts of which a copy takes little memory."""
    if tensor.ndim == 0 or tensor.numel() <= _AT_ONCE:
        return (tensor,)
    return torch.split(tensor, max(1, len(tensor) * _AT_ONCE // tensor.numel()))


def _finite(tensor: Tensor) -> Tensor:
    """Those of its numbers that are numbers, in a line."""
    numbers = tensor.reshape(-1).float().cpu()
    good = torch.isfinite(numbers)
    return numbers if bool(good.all()) else numbers[good]


def _extremes(own: Tensor) -> tuple[Tensor, Tensor]:
    """The smallest and the largest number of each channel."""
    if own.ndim == 1:
        return own.clone(), own.clone()
    axes = tuple(range(1, own.ndim))
    return own.amin(axes), own.amax(axes)


def _copied(own: Tensor, channels: NDArray[np.int64]) -> Reals:
    """These channels in plain order."""
    found: Reals = own[torch.from_numpy(channels.copy()).to(own.device)].contiguous().cpu().numpy()
    return found


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
