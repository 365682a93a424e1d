"""Modules of other people that compute what a layer of our own does, found by running both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from networks.importing.proving.noise import OwnRandomNumbers, noisy_tensors
from networks.importing.refusal import is_wish_to_stop
from networks.importing.side_effects.own_ways import exchanges_forward
from networks.module.own_layers import BlurPool2d, EfficientChannelAttention, GlobalResponseNorm

_ROWS, _COLUMNS = 4, 5
_WEAKENED = 0.01
"""What the numbers are multiplied by, so that an epsilon counts beside them."""


class ChannelsNorm(nn.Module):
    """A LayerNorm over the channels of each pixel, as ConvNeXt's code computes it by hand, in three layers.

    It is no layer itself: what it calls is traced instead of what the module that it stands for calls.
    """

    def __init__(self, channels: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return self.normalized(x, self.weight, self.bias)

    def normalized(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """With a weight and a bias of another module."""
        x = x.permute(0, 2, 3, 1)
        return functional.layer_norm(x, (x.shape[-1],), weight, bias, self.eps).permute(0, 3, 1, 2)


def stand_ins(root: nn.Module) -> dict[str, nn.Module]:
    """For each path whose module computes what a layer of our own does: that layer's module.

    A module is known by the names and shapes of its tensors, and by what it makes of random images: whatever
    its class is called, and without the package that it comes from.
    """
    found: dict[str, nn.Module] = {}
    for path, part in root.named_modules():
        if not path or type(part).__module__.startswith("torch.") or exchanges_forward(part):
            continue
        for ours, images in _candidates(part):
            if _same(part, ours, images):
                found[path] = ours
                break
    return found


def _candidates(part: nn.Module) -> Iterator[tuple[nn.Module, Tensor]]:
    """Modules of ours with the tensors of this one, each with images that it takes."""
    shapes = {name: tuple(tensor.shape) for name, tensor in part.named_parameters()}
    buffers = [tuple(tensor.shape) for tensor in part.buffers()]
    if buffers:
        if not shapes and not part.state_dict() and len(buffers) == 1:
            yield from _blurs(buffers[0], getattr(part, "stride", None))
        return
    match sorted(shapes.items()):
        case [("bias", (channels,)), ("weight", (others,))] if channels == others:
            eps = getattr(part, "eps", None)
            if isinstance(eps, float):
                yield GlobalResponseNorm(channels, eps, True), _images(_ROWS, _COLUMNS, channels)
                yield GlobalResponseNorm(channels, eps, False), _images(channels, _ROWS, _COLUMNS)
                yield ChannelsNorm(channels, eps), _images(channels, _ROWS, _COLUMNS)
        case [("conv.weight", (1, 1, kernel))] if kernel % 2:
            with torch.device("meta"):  # no random number is drawn for weights that are given to it
                ours = EfficientChannelAttention(kernel)
            yield ours, _images(2 * kernel, _ROWS, _COLUMNS)


def _blurs(kernel: tuple[int, ...], stride: Any) -> Iterator[tuple[nn.Module, Tensor]]:
    """Blurs with a fixed kernel, one for all channels or the same for each."""
    if isinstance(stride, int) and len(kernel) == 4 and kernel[1] == 1 and 1 < kernel[2] == kernel[3]:
        images = _images(kernel[0] if kernel[0] > 1 else 3, 4 * kernel[2], 4 * kernel[2] + 1)
        for mode in ("reflect", "constant"):
            yield BlurPool2d(kernel[2], stride, mode), images


def _images(*size: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return _WEAKENED * torch.randn(2, *size, generator=generator, dtype=torch.float64)


def _same(part: nn.Module, ours: nn.Module, images: Tensor) -> bool:
    """Whether both make the same of these images."""
    tensors = noisy_tensors(ours.state_dict(), torch.float64)
    fixed = {name: tensor.double() for name, tensor in part.named_buffers()}
    try:
        with torch.no_grad(), OwnRandomNumbers(0):
            expected = functional_call(part, {**tensors, **fixed}, (images,))
            found = functional_call(ours, tensors, (images,))
    except BaseException as error:
        if is_wish_to_stop(error):
            raise
        return False  # whatever it raises, it takes something else than our layer
    return (
        isinstance(expected, Tensor)
        and expected.shape == found.shape
        and torch.allclose(found, expected, rtol=1e-9, atol=0)
    )
