"""How constructors name their first arguments, and the options that printed code may leave out."""

from __future__ import annotations

from typing import Any

_CONVOLUTION = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}
_BATCH_NORM = {"eps": 1e-5, "momentum": 0.1, "affine": True}

DEFAULTS: dict[str, dict[str, Any]] = {
    "nn.Conv2d": _CONVOLUTION,
    "own.StandardizedConv2d": _CONVOLUTION | {"eps": 1e-6, "scaled": False, "gamma": 1.0},
    "own.BlurPool2d": {"stride": 2, "mode": "reflect"},
    "own.GlobalResponseNorm": {"eps": 1e-6, "channels_last": False},
    "nn.ConvTranspose2d": _CONVOLUTION | {"output_padding": 0},
    "nn.Linear": {"bias": True},
    "nn.BatchNorm1d": _BATCH_NORM,
    "nn.BatchNorm2d": _BATCH_NORM,
    "nn.GroupNorm": {"eps": 1e-5, "affine": True},
    "nn.LayerNorm": {"eps": 1e-5, "elementwise_affine": True, "bias": True},
    "nn.InstanceNorm2d": {"eps": 1e-5, "affine": False},
}
"""Default values of options: giving a default or leaving it out is the same structure."""

ROLES: dict[str, tuple[str, ...]] = {
    "nn.Conv2d": ("in_channels", "out_channels"),
    "nn.ConvTranspose2d": ("in_channels", "out_channels"),
    "own.StandardizedConv2d": ("in_channels", "out_channels"),
    "own.BlurPool2d": ("kernel_size",),
    "own.GlobalResponseNorm": ("num_features",),
    "own.EfficientChannelAttention": ("kernel_size",),
    "nn.Linear": ("in_features", "out_features"),
    "nn.BatchNorm1d": ("num_features",),
    "nn.BatchNorm2d": ("num_features",),
    "nn.GroupNorm": ("num_groups", "num_channels"),
    "nn.LayerNorm": ("normalized_shape",),
    "nn.InstanceNorm2d": ("num_features",),
    "nn.LocalResponseNorm": ("size",),
    "nn.PReLU": ("num_parameters",),
    "nn.LeakyReLU": ("negative_slope",),
    "nn.Dropout": ("p",),
    "nn.Dropout2d": ("p",),
    "nn.Dropout3d": ("p",),
    "nn.AdaptiveAvgPool2d": ("output_size",),
    "nn.AdaptiveMaxPool2d": ("output_size",),
    "nn.ZeroPad2d": ("padding",),
    "nn.ChannelShuffle": ("groups",),
    "torch.full": ("num_features", "start"),
    "nn.functional.pad": ("input", "extra_channels"),
    "torch.narrow": ("input", "dim", "start", "length"),
}
"""The names of positional arguments, after which the parameters of classes are named."""

SIZES = frozenset(
    (
        "in_channels", "out_channels", "in_features", "out_features", "num_features", "num_channels",
        "num_parameters", "normalized_shape",
    )
)  # fmt: skip
"""Arguments that count channels or features; two that always agree become one parameter."""
