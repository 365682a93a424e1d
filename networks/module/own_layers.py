"""Layers from papers that torch has no module for; printed sources hold the text of these classes."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class StandardizedConv2d(nn.Conv2d):
    """A convolution whose filters are brought to mean 0 and variance 1 before they are used.

    Qiao et al. 2019, "Weight Standardization". With `scaled` each filter is then divided by the square root
    of its size and multiplied by a learned gain: Brock et al. 2021, "Characterizing signal propagation to
    close the performance gap in unnormalized ResNets", section 4.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        eps: float = 1e-6,
        scaled: bool = False,
        gamma: float = 1.0,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.eps, self.scaled, self.gamma = eps, scaled, gamma
        self.gain = nn.Parameter(torch.ones(out_channels, 1, 1, 1)) if scaled else None

    def forward(self, x: Tensor) -> Tensor:
        filters = self.weight.reshape(1, self.out_channels, -1)
        gain, factor = None, self.gamma
        if self.gain is not None:
            gain, factor = self.gain.flatten(), self.gamma * self.weight[0].numel() ** -0.5
        filters = nn.functional.batch_norm(filters, None, None, gain, training=True, eps=self.eps)
        weight = filters.reshape_as(self.weight) * factor
        return nn.functional.conv2d(
            x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )


class GlobalResponseNorm(nn.Module):
    """Divides the strength of each channel, over the whole image, by the mean strength of all channels.

    Woo et al. 2023, "ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders", section 3.
    Takes images n×channels×height×width, or n×height×width×channels with `channels_last`.
    """

    def __init__(self, num_features: int, eps: float = 1e-6, channels_last: bool = False) -> None:
        super().__init__()
        self.num_features, self.eps, self.channels_last = num_features, eps, channels_last
        self.weight = nn.Parameter(torch.zeros(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: Tensor) -> Tensor:
        channels, pixels = (-1, (1, 2)) if self.channels_last else (1, (2, 3))
        strength: Tensor = torch.linalg.vector_norm(x, dim=pixels, keepdim=True)
        relative = strength / (strength.mean(dim=channels, keepdim=True) + self.eps)
        size = [-1 if axis == channels % 4 else 1 for axis in range(4)]
        weighted: Tensor = self.weight.view(size) * (x * relative)
        return x + weighted + self.bias.view(size)


class EfficientChannelAttention(nn.Module):
    """Weighs each channel by a number from 0 to 1, made of its mean and those of a few channels beside it.

    Wang et al. 2020, "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks",
    section 3.
    """

    def __init__(self, kernel_size: int = 3) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("an even kernel has more channels on one side")
        self.kernel_size = kernel_size
        self.conv = nn.Conv1d(1, 1, kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean((2, 3)).unsqueeze(1)
        return x * torch.sigmoid(self.conv(means)).transpose(1, 2).unsqueeze(3)


class BlurPool2d(nn.Module):
    """Blurs the image and takes every second pixel, so that a shift of the image shifts the result.

    Zhang 2019, "Making Convolutional Networks Shift-Invariant Again", section 3. The blur is binomial: the
    mean of two neighbours, taken again and again.
    """

    def __init__(self, kernel_size: int = 3, stride: int = 2, mode: str = "reflect") -> None:
        super().__init__()
        self.kernel_size, self.stride, self.mode = kernel_size, stride, mode

    def forward(self, x: Tensor) -> Tensor:
        border = (self.stride + self.kernel_size) // 2 - 1
        x = nn.functional.pad(x, (border, border, border, border), mode=self.mode)
        for _ in range(self.kernel_size - 2):
            x = nn.functional.avg_pool2d(x, 2, stride=1)
        return nn.functional.avg_pool2d(x, 2, stride=self.stride)
