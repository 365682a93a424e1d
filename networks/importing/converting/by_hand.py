"""What people compute by hand in several calls, and a layer does at once: hard sigmoids and means."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.core.message import message
from networks.importing.calls.values import (
    LayerOutput,
    PartlyAveraged,
    Reshaped,
    Shifted,
    SixTimes,
    is_sequence,
)
from networks.importing.converting.growing import Adds
from networks.importing.refusal import UnshowableError
from networks.layers.activation import Hardsigmoid
from networks.layers.linear import Scale
from networks.layers.pooling import AdaptiveAvgPool2d, GlobalAvgPool2d

_SHIFT, _TOP = 3, 6
_SUMS = frozenset((operator.add, operator.iadd, torch.add, "add", "add_"))
_QUOTIENTS = frozenset((operator.truediv, operator.itruediv, torch.div, "div", "div_"))
_PRODUCTS = frozenset((operator.mul, operator.imul, torch.mul, "mul", "mul_"))
_RELU6 = frozenset((functional.relu6, nn.ReLU6))
_CLAMPS = frozenset((torch.clamp, "clamp", "clamp_", functional.hardtanh, functional.hardtanh_))
_MEANS = frozenset((torch.mean, "mean"))


def shifted(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Shifted | None:
    """An image plus 3, as the beginning of a hard sigmoid by hand; None for other calls."""
    if target not in _SUMS or kwargs:
        return None
    match args:
        case (LayerOutput() as x, int() | float() as number) if number == _SHIFT:
            return Shifted(x)
        case (int() | float() as number, LayerOutput() as x) if number == _SHIFT:
            return Shifted(x)
    return None


def clipped(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> SixTimes | None:
    """min(max(x + 3, 0), 6), which is six times the hard sigmoid of x; None for other calls."""
    if not args or not isinstance(args[0], Shifted):
        return None
    if target in _RELU6 and not args[2:]:
        return SixTimes(args[0].output)
    names = ("min", "max") if target not in (functional.hardtanh, functional.hardtanh_) else _HARDTANH
    bounds = dict(zip(names, args[1:], strict=False)) | dict(kwargs)
    wide = [bounds.get(name) for name in names] == [0, _TOP] or [*bounds.values()][:2] == [0, _TOP]
    return SixTimes(args[0].output) if target in _CLAMPS and wide else None


_HARDTANH = ("min_val", "max_val")


def divided(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> LayerOutput | None:
    """What the hard sigmoid is of, where six times it is divided by 6; None for other calls."""
    match args:
        case (SixTimes() as x, int() | float() as number) if target in _QUOTIENTS and not kwargs:
            return x.output if number == _TOP else None
        case (SixTimes() as x, float() as number) | (float() as number, SixTimes() as x):
            return x.output if target in _PRODUCTS and abs(number * _TOP - 1) < 1e-12 else None
    return None


def finished(value: Any, add: Adds) -> Any:
    """Arguments with what was begun by hand as layers, where a call makes something else of it.

    Raises UnshowableError for what no layers give.
    """
    if isinstance(value, SixTimes):
        return add(Scale(float(_TOP)), (add(Hardsigmoid(), (value.output,)),))
    if isinstance(value, Shifted):
        raise UnshowableError(message("it adds the constant {number} to an image", number=_SHIFT))
    if isinstance(value, PartlyAveraged):
        raise UnshowableError(message("it takes the mean over the height or the width alone"))
    return tuple(finished(each, add) for each in value) if is_sequence(value) else value


def mean(
    target: Any, args: Sequence[Any], kwargs: Mapping[str, Any], add: Adds
) -> LayerOutput | PartlyAveraged | None:
    """The mean over height and width in two calls, or over the axis that both were brought to; else None."""
    if target not in _MEANS or not args:
        return None
    given = dict(zip(("dim", "keepdim"), args[1:], strict=False)) | dict(kwargs)
    axis = given.pop("dim", given.pop("axis", None))
    if is_sequence(axis) and len(axis) == 1:
        (axis,) = axis
    keeps = bool(given.pop("keepdim", False))
    if type(axis) is not int or any(given.values()):
        return None
    if keeps:
        return _mean_in_place(args[0], axis, add)
    match args[0]:
        case LayerOutput() as x if len(x.shape) == 3 and axis % 4 in (2, 3):
            return PartlyAveraged(x, torch.empty(_without(x.data, axis), device="meta"))
        case PartlyAveraged(x, data) if data.dim() == 3 and axis % 3 == 2:
            return add(GlobalAvgPool2d(), (x,))
        case Reshaped(LayerOutput() as x, data, 0) if len(x.shape) == 3 and axis % data.dim() == 2:
            flat = (x.shape[0], x.shape[1] * x.shape[2])
            return add(GlobalAvgPool2d(), (x,)) if tuple(data.shape[1:]) == flat else None
    return None


def _mean_in_place(x: Any, axis: int, add: Adds) -> LayerOutput | PartlyAveraged | None:
    """The mean over rows or columns that leaves an axis of one place for them, until both have but one."""
    match x:
        case (LayerOutput() as whole) | PartlyAveraged(whole, _) if len(whole.shape) == 3 and axis % 4 in (
            2,
            3,
        ):
            pass
        case _:
            return None
    if x.data.dim() != 4:
        return None
    size = list(x.data.shape)
    size[axis] = 1
    if size[2:] == [1, 1]:
        return add(AdaptiveAvgPool2d((1, 1)), (whole,))
    return PartlyAveraged(whole, torch.empty(size, device="meta"))


def _without(data: Tensor, axis: int) -> tuple[int, ...]:
    place = axis % data.dim()
    return (*data.shape[:place], *data.shape[place + 1 :])
