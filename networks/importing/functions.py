"""Functions and methods of tensors as layers; each converter has the signature of torch's function."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional

from networks.core.message import message
from networks.importing.modules import adapted, channel_axis, enlarged, made, pooled, require
from networks.importing.refusal import UnshowableError
from networks.importing.values import Flow
from networks.layers import activation, linear, merge, pooling, regularization, resizing
from networks.layers.base import Layer


def layer_of_call(function: Callable[..., Layer], args: Sequence[Any], kwargs: dict[str, Any]) -> Layer:
    """The layer that a call of torch's function stands for. Raises UnshowableError."""
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        raise UnshowableError(
            message("it is called in a way that is not known ({reason})", reason=str(error))
        ) from error
    return function(*args, **kwargs)


def _add(x: Any, y: Any, *, alpha: float = 1) -> Layer:
    require(isinstance(x, Flow) and isinstance(y, Flow), "sum with a constant or a bare parameter")
    require(alpha == 1, "factor of a sum")
    return merge.Add()


def _mul(x: Any, y: Any) -> Layer:
    require(isinstance(x, Flow) and isinstance(y, Flow), "product with a constant")
    return merge.Multiply()


def _cat(tensors: Sequence[Flow], dim: int = 0) -> Layer:
    require(channel_axis(tensors[0].shape, dim), "concatenation but of channels")
    return merge.Concat()


def _mean(x: Flow, dim: Any = None, keepdim: bool = False) -> Layer:
    axes = {axis % 4 for axis in dim} if isinstance(dim, tuple | list) else {dim}
    require(len(x.shape) == 3 and axes == {2, 3}, "mean but over height and width")
    return pooling.AdaptiveAvgPool2d((1, 1)) if keepdim else pooling.GlobalAvgPool2d()


def _permute(x: Flow, *dims: Any) -> Layer:
    axes = tuple(dims[0]) if len(dims) == 1 else dims
    require(axes in ((0, 2, 3, 1), (0, 3, 1, 2)), f"permutation {axes}")
    return linear.Permute("last" if axes == (0, 2, 3, 1) else "first")


def _max_pool2d(
    x: Flow,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Layer:
    require(dilation in (1, (1, 1), [1, 1]), "dilation of its pooling")
    require(not return_indices, "output of the places of the maxima")
    return pooled(pooling.MaxPool2d, kernel_size, stride, padding, ceil=ceil_mode)


def _avg_pool2d(
    x: Flow,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> Layer:
    require(divisor_override is None, "divisor of its own")
    kind = pooling.AvgPool2d
    return pooled(kind, kernel_size, stride, padding, ceil=ceil_mode, count_include_pad=count_include_pad)


def _adaptive_avg_pool2d(x: Flow, output_size: Any) -> Layer:
    return adapted(pooling.AdaptiveAvgPool2d, output_size)


def _adaptive_max_pool2d(x: Flow, output_size: Any, return_indices: bool = False) -> Layer:
    require(not return_indices, "output of the places of the maxima")
    return adapted(pooling.AdaptiveMaxPool2d, output_size)


def _activation(kind: type[Layer]) -> Callable[..., Layer]:
    def convert(x: Flow, inplace: bool = False) -> Layer:
        return kind()

    return convert


def _leaky_relu(x: Flow, negative_slope: float = 0.01, inplace: bool = False) -> Layer:
    return made(activation.LeakyReLU, negative_slope=negative_slope)


def _elu(x: Flow, alpha: float = 1.0, inplace: bool = False) -> Layer:
    return made(activation.ELU, alpha=alpha)


def _gelu(x: Flow, *, approximate: str = "none") -> Layer:
    return made(activation.GELU, approximate=approximate)


def _softplus(x: Flow, beta: float = 1, threshold: float = 20) -> Layer:
    require(threshold == 20, "threshold of its own")
    return made(activation.Softplus, beta=float(beta))


def _softmax(kind: type[Layer]) -> Callable[..., Layer]:
    def convert(x: Flow, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Layer:
        require(dim is not None and channel_axis(x.shape, dim), "softmax but over the channels")
        require(dtype is None, "change of the kind of numbers")
        return kind()

    return convert


def _pad(x: Flow, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Layer:
    require(mode == "constant" and not value, "padding but with zeros")
    if len(pad) == 6 and tuple(pad[:5]) == (0,) * 5:
        return made(resizing.PadChannels, extra=pad[5])
    left, right, top, bottom = (*pad, 0, 0)[:4]
    require(len(pad) in (2, 4), "padding of other axes than height and width")
    return made(resizing.ZeroPad2d, left=left, right=right, top=top, bottom=bottom)


def _interpolate(
    x: Flow,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Layer:
    require(size is None, "enlargement to a fixed size")
    require(not antialias, "antialiasing")
    return enlarged(scale_factor, mode, align_corners)


def _channel_shuffle(x: Flow, groups: int) -> Layer:
    return made(resizing.ChannelShuffle, groups=groups)


def _narrow(x: Flow, dim: int, start: int, length: int) -> Layer:
    require(channel_axis(x.shape, dim), "slice but of channels")
    return made(resizing.SliceChannels, start=start, stop=start + length)


FUNCTIONS: dict[Any, Callable[..., Layer]] = {
    **dict.fromkeys((operator.add, operator.iadd, torch.add, "add", "add_"), _add),
    **dict.fromkeys(
        (operator.mul, operator.imul, torch.mul, torch.multiply, "mul", "mul_", "multiply"), _mul
    ),
    **dict.fromkeys((torch.cat, torch.concat, torch.concatenate), _cat),
    **dict.fromkeys((torch.mean, "mean"), _mean),
    **dict.fromkeys((torch.permute, "permute"), _permute),
    **dict.fromkeys((functional.max_pool2d, torch.max_pool2d), _max_pool2d),
    functional.avg_pool2d: _avg_pool2d,
    functional.adaptive_avg_pool2d: _adaptive_avg_pool2d,
    functional.adaptive_max_pool2d: _adaptive_max_pool2d,
    **dict.fromkeys(
        (functional.relu, functional.relu_, torch.relu, torch.relu_, "relu", "relu_"),
        _activation(activation.ReLU),
    ),
    functional.relu6: _activation(activation.ReLU6),
    functional.selu: _activation(activation.SELU),
    functional.silu: _activation(activation.SiLU),
    functional.hardswish: _activation(activation.Hardswish),
    functional.hardsigmoid: _activation(activation.Hardsigmoid),
    **dict.fromkeys((functional.sigmoid, torch.sigmoid, "sigmoid"), _activation(activation.Sigmoid)),
    **dict.fromkeys((functional.tanh, torch.tanh, "tanh"), _activation(activation.Tanh)),
    functional.leaky_relu: _leaky_relu,
    functional.elu: _elu,
    functional.gelu: _gelu,
    functional.softplus: _softplus,
    **dict.fromkeys((functional.softmax, torch.softmax, "softmax"), _softmax(activation.Softmax)),
    **dict.fromkeys(
        (functional.log_softmax, torch.log_softmax, "log_softmax"), _softmax(activation.LogSoftmax)
    ),
    functional.pad: _pad,
    functional.interpolate: _interpolate,
    **dict.fromkeys((functional.channel_shuffle, torch.channel_shuffle), _channel_shuffle),
    **dict.fromkeys((torch.narrow, "narrow"), _narrow),
}
"""What needs to know nothing but its arguments; the rest is networks.importing.conversion's."""

T = torch.Tensor
RESHAPES: dict[Any, Callable[..., torch.Tensor]] = {
    "view": T.view,
    "reshape": T.reshape,
    "flatten": T.flatten,
    "squeeze": T.squeeze,
    "unsqueeze": T.unsqueeze,
    "unflatten": T.unflatten,
    torch.reshape: torch.reshape,
    torch.flatten: torch.flatten,
    torch.squeeze: torch.squeeze,
    torch.unsqueeze: torch.unsqueeze,
    torch.unflatten: torch.unflatten,
}
"""What changes the axes but not the order of the numbers."""
SWAPS: dict[Any, Callable[..., torch.Tensor]] = {
    "transpose": T.transpose,
    "permute": T.permute,
    "swapaxes": T.swapaxes,
    torch.transpose: torch.transpose,
    torch.permute: torch.permute,
    torch.swapaxes: torch.swapaxes,
}
"""What changes the order of the axes."""
SPLITS: dict[Any, Callable[..., Sequence[torch.Tensor]]] = {
    "chunk": T.chunk,
    "split": T.split,
    "tensor_split": T.tensor_split,
    torch.chunk: torch.chunk,
    torch.split: torch.split,
    torch.tensor_split: torch.tensor_split,
}
"""What parts a tensor along an axis."""
SAME = frozenset(("contiguous", "clone", torch.clone))
"""What hands on the very numbers."""
SIZES = frozenset(("size", "dim", "numel"))
"""Methods that ask for a size."""
DROPOUTS = {functional.dropout: regularization.Dropout, functional.dropout2d: regularization.Dropout2d}
"""What works in training only, if forward asks it to."""
