"""torch's modules as layers of the catalog, with all that they were made with; a closed table by type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from torch import nn

from networks.core.fields import changed
from networks.core.message import message
from networks.core.shapes import Shape
from networks.importing.refusal import UnshowableError, no_layer
from networks.layers import activation, convolution, linear, normalization, pooling, regularization, resizing
from networks.layers.base import Layer

L = TypeVar("L", bound=Layer)
Converter = Callable[[Any, Shape], Layer]

STOCHASTIC_DEPTH = "torchvision.ops.stochastic_depth.StochasticDepth"
"""Known by its name, so that a model without torchvision is imported without it."""
_OWN_WAYS = frozenset(("forward", "_conv_forward", "__call__"))


def is_leaf(module: nn.Module) -> bool:
    """Whether tracing stops at this module: the catalog knows it, or it is torch's and no container."""
    if _converter(module) is not None:
        return True
    containers = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
    return type(module).__module__.startswith("torch.nn.") and not isinstance(module, containers)


def known(module: nn.Module) -> bool:
    """Whether there is a layer type for this kind of module."""
    return _converter(module) is not None


def layer_of(module: nn.Module, x: Shape) -> Layer:
    """The layer that computes what the module does of an image or vector `x`. Raises UnshowableError."""
    converter = _converter(module)
    if converter is None:
        raise no_layer(type(module).__name__)
    if module._forward_hooks or module._forward_pre_hooks:
        raise UnshowableError(message("it has hooks, which change what it computes"))
    return converter(module, x)


def made(kind: type[L], **parameters: Any) -> L:
    """A layer with these parameters. Raises UnshowableError where one is out of the catalog's bounds."""
    try:
        return changed(kind(), **parameters)
    except msgspec.ValidationError as error:
        raise UnshowableError(
            message("{layer} does not allow it ({reason})", layer=kind.name(), reason=str(error))
        ) from error


def require(holds: bool, what: str) -> None:
    """Raises UnshowableError with what the layer cannot express, unless it holds."""
    if not holds:
        raise UnshowableError(message("the catalog’s layer has no {what}", what=what))


def pair(value: Any) -> tuple[Any, Any]:
    """(height, width) of what torch keeps as a number or a pair."""
    height, width = value if isinstance(value, tuple | list) else (value, value)
    return height, width


def channel_axis(x: Shape, axis: int) -> bool:
    """Whether the axis of a batch of `x` is that of the channels, counted from either end."""
    return axis in (1, -len(x))


def _converter(module: nn.Module) -> Converter | None:
    """By the exact type, or by a base type of which it computes nothing in a way of its own."""
    kind = type(module)
    if f"{kind.__module__}.{kind.__qualname__}" == STOCHASTIC_DEPTH:
        return _stochastic_depth
    for base in kind.__mro__:
        if base in _CONVERTERS:
            return _CONVERTERS[base]
        if _OWN_WAYS & vars(base).keys() or base.__module__.startswith("torch."):
            return None
    return None


def _conv2d(m: nn.Conv2d, x: Shape) -> Layer:
    require(m.padding_mode == "zeros", f"padding mode “{m.padding_mode}”")
    return made(
        convolution.Conv2d,
        filters=m.out_channels,
        kernel=m.kernel_size,
        stride=m.stride,
        padding=_padding(m),
        dilation=m.dilation,
        groups=m.groups,
        bias=m.bias is not None,
    )


def _padding(m: nn.Conv2d) -> tuple[int, ...]:
    if m.padding == "valid":
        return (0, 0)
    if m.padding == "same":
        borders = [d * (k - 1) for d, k in zip(m.dilation, m.kernel_size, strict=True)]
        require(not any(border % 2 for border in borders), "padding that is wider on one side")
        return tuple(border // 2 for border in borders)
    assert isinstance(m.padding, tuple)
    return m.padding


def _conv_transpose2d(m: nn.ConvTranspose2d, x: Shape) -> Layer:
    return made(
        convolution.ConvTranspose2d,
        filters=m.out_channels,
        kernel=m.kernel_size,
        stride=m.stride,
        padding=m.padding,
        output_padding=m.output_padding,
        dilation=m.dilation,
        groups=m.groups,
        bias=m.bias is not None,
    )


def _linear(m: nn.Linear, x: Shape) -> Layer:
    kind = linear.Linear if len(x) == 1 else linear.PixelwiseLinear
    return made(kind, features=m.out_features, bias=m.bias is not None)


def _batch_norm(kind: type[Layer]) -> Converter:
    def convert(m: nn.BatchNorm1d | nn.BatchNorm2d, x: Shape) -> Layer:
        require(m.track_running_stats, "normalization by the batch in evaluation (track_running_stats=False)")
        require(m.momentum is not None, "momentum that counts batches (momentum=None)")
        return made(kind, eps=m.eps, momentum=m.momentum, affine=m.affine)

    return convert


def _group_norm(m: nn.GroupNorm, x: Shape) -> Layer:
    return made(normalization.GroupNorm, num_groups=m.num_groups, eps=m.eps, affine=m.affine)


def _instance_norm(m: nn.InstanceNorm2d, x: Shape) -> Layer:
    require(not m.track_running_stats, "running statistics of an instance normalization")
    return made(normalization.InstanceNorm2d, eps=m.eps, affine=m.affine)


def _layer_norm(m: nn.LayerNorm, x: Shape) -> Layer:
    affine = m.elementwise_affine
    return layer_norm(m.normalized_shape, m.eps, affine, m.bias is not None or not affine, x)


def layer_norm(together: tuple[int, ...], eps: float, affine: bool, bias: bool, x: Shape) -> Layer:
    """The LayerNorm of `x` over its last axes, which are `together`. Raises UnshowableError."""
    whole = tuple(together) == x
    require(whole or tuple(together) == x[-1:], f"normalization over {len(together)} of its axes")
    over = "all" if whole else "last"
    return made(normalization.LayerNorm, eps=eps, elementwise_affine=affine, bias=bias, over=over)


def _local_response_norm(m: nn.LocalResponseNorm, x: Shape) -> Layer:
    return made(normalization.LocalResponseNorm, size=m.size, alpha=m.alpha, beta=m.beta, k=m.k)


def _max_pool(m: nn.MaxPool2d, x: Shape) -> Layer:
    require(pair(m.dilation) == (1, 1), "dilation of its pooling")
    require(not m.return_indices, "output of the places of the maxima")
    return pooled(pooling.MaxPool2d, m.kernel_size, m.stride, m.padding, ceil=m.ceil_mode)


def _avg_pool(m: nn.AvgPool2d, x: Shape) -> Layer:
    require(m.divisor_override is None, "divisor of its own")
    return pooled(
        pooling.AvgPool2d,
        m.kernel_size,
        m.stride,
        m.padding,
        ceil=m.ceil_mode,
        count_include_pad=m.count_include_pad,
    )


def pooled(kind: type[Layer], kernel: Any, stride: Any, padding: Any, **further: Any) -> Layer:
    """A pooling; without a stride its windows lie side by side."""
    steps = kernel if stride is None or stride == [] else stride
    return made(kind, kernel=pair(kernel), stride=pair(steps), padding=pair(padding), **further)


def _adaptive_avg_pool(m: nn.AdaptiveAvgPool2d, x: Shape) -> Layer:
    return adapted(pooling.AdaptiveAvgPool2d, m.output_size)


def _adaptive_max_pool(m: nn.AdaptiveMaxPool2d, x: Shape) -> Layer:
    require(not m.return_indices, "output of the places of the maxima")
    return adapted(pooling.AdaptiveMaxPool2d, m.output_size)


def adapted(kind: type[Layer], size: Any) -> Layer:
    """An adaptive pooling to a fixed size."""
    require(None not in pair(size), "size that follows the image’s")
    return made(kind, size=pair(size))


def _plain(kind: type[Layer], *names: str) -> Converter:
    """For a module whose parameters have the names that the layer gives them."""
    return lambda m, x: made(kind, **{name: vars(m)[name] for name in names})


def _prelu(m: nn.PReLU, x: Shape) -> Layer:
    return made(activation.PReLU, per_channel=m.num_parameters > 1, init=m.init)


def _softplus(m: nn.Softplus, x: Shape) -> Layer:
    require(m.threshold == 20, "threshold of its own")
    return made(activation.Softplus, beta=m.beta)


def _softmax(kind: type[Layer]) -> Converter:
    def convert(m: nn.Softmax | nn.LogSoftmax, x: Shape) -> Layer:
        require(m.dim is not None and channel_axis(x, m.dim), "softmax but over the channels")
        return kind()

    return convert


def _flatten(m: nn.Flatten, x: Shape) -> Layer:
    require(m.start_dim == 1 and m.end_dim in (-1, len(x)), "flattening of some of the axes")
    return linear.Flatten()


def _zero_pad(m: nn.ZeroPad2d, x: Shape) -> Layer:
    left, right, top, bottom = m.padding
    return made(resizing.ZeroPad2d, left=left, right=right, top=top, bottom=bottom)


def _upsample(m: nn.Upsample, x: Shape) -> Layer:
    require(m.size is None, "enlargement to a fixed size")
    return enlarged(m.scale_factor, m.mode, m.align_corners)


def enlarged(factor: Any, mode: str, align_corners: bool | None) -> Layer:
    """An Upsample by a whole factor. Raises UnshowableError."""
    height, width = pair(factor)
    require(height == width and height == int(height or 0), "factor that is no whole number")
    require(not align_corners, "aligned corners")
    return made(resizing.Upsample, scale_factor=int(height), mode=mode)


def _channel_dropout(m: nn.Dropout3d, x: Shape) -> Layer:
    require(len(x) == 3, "stochastic depth of vectors")
    return made(regularization.StochasticDepth, p=m.p)


def _stochastic_depth(m: Any, x: Shape) -> Layer:
    require(m.mode == "row", "stochastic depth of whole batches")
    require(len(x) == 3, "stochastic depth of vectors")
    return made(regularization.StochasticDepth, p=m.p)


_CONVERTERS: dict[type, Converter] = {
    nn.Conv2d: _conv2d,
    nn.ConvTranspose2d: _conv_transpose2d,
    nn.Linear: _linear,
    nn.BatchNorm1d: _batch_norm(normalization.BatchNorm1d),
    nn.BatchNorm2d: _batch_norm(normalization.BatchNorm2d),
    nn.GroupNorm: _group_norm,
    nn.InstanceNorm2d: _instance_norm,
    nn.LayerNorm: _layer_norm,
    nn.LocalResponseNorm: _local_response_norm,
    nn.MaxPool2d: _max_pool,
    nn.AvgPool2d: _avg_pool,
    nn.AdaptiveAvgPool2d: _adaptive_avg_pool,
    nn.AdaptiveMaxPool2d: _adaptive_max_pool,
    nn.ReLU: _plain(activation.ReLU),
    nn.ReLU6: _plain(activation.ReLU6),
    nn.LeakyReLU: _plain(activation.LeakyReLU, "negative_slope"),
    nn.PReLU: _prelu,
    nn.ELU: _plain(activation.ELU, "alpha"),
    nn.SELU: _plain(activation.SELU),
    nn.GELU: _plain(activation.GELU, "approximate"),
    nn.SiLU: _plain(activation.SiLU),
    nn.Sigmoid: _plain(activation.Sigmoid),
    nn.Tanh: _plain(activation.Tanh),
    nn.Softplus: _softplus,
    nn.Hardswish: _plain(activation.Hardswish),
    nn.Hardsigmoid: _plain(activation.Hardsigmoid),
    nn.Softmax: _softmax(activation.Softmax),
    nn.LogSoftmax: _softmax(activation.LogSoftmax),
    nn.Dropout: _plain(regularization.Dropout, "p"),
    nn.Dropout2d: _plain(regularization.Dropout2d, "p"),
    nn.Dropout3d: _channel_dropout,
    nn.Flatten: _flatten,
    nn.Identity: _plain(linear.Identity),
    nn.ZeroPad2d: _zero_pad,
    nn.Upsample: _upsample,
    nn.ChannelShuffle: _plain(resizing.ChannelShuffle, "groups"),
}
