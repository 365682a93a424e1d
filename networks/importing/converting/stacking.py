"""Outputs of layers along a further axis, as networks with attention over several branches stack them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.nn import functional

from networks.core.message import message
from networks.importing.calls.values import BATCH, LayerOutput, Reshaped, Stacked, is_sequence
from networks.importing.converting.growing import Adds
from networks.importing.refusal import UnshowableError, no_layer
from networks.layers.activation import Sigmoid
from networks.layers.linear import Scale, Unflatten
from networks.layers.merge import Add, Multiply

_SUMS = frozenset((torch.sum, "sum"))
_JOINS = frozenset((torch.cat, torch.concat, torch.concatenate))
_SOFTMAXES = frozenset((torch.softmax, functional.softmax, "softmax"))
_PRODUCTS = frozenset((torch.mul, torch.multiply, operator.mul, operator.imul, "mul", "mul_"))
_AXIS = 1
"""Where the branches are told apart: behind the batch."""

Slices = Callable[[LayerOutput, int], tuple[LayerOutput, ...]]
"""The channels of an output in this many equal parts."""


def stack(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Stacked | None:
    """What torch.stack makes of outputs of one shape; None for other calls."""
    if target in _JOINS:
        return _joined(target, args, kwargs)
    if target is not torch.stack:
        return None
    parts, axis = args[0], kwargs.get("dim", args[1] if len(args) > 1 else 0)
    if axis != _AXIS or not all(isinstance(part, LayerOutput) for part in parts):
        raise UnshowableError(message("it stacks something else than outputs of layers behind the batch"))
    shape = parts[0].data.shape
    return Stacked(tuple(parts), torch.empty((BATCH, len(parts), *shape[1:]), device="meta"))


def _joined(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Stacked | None:
    """What torch.cat makes of outputs that each were given an axis for it; None for other calls."""
    if kwargs.get("dim", args[1] if len(args) > 1 else 0) != _AXIS or not args:
        return None
    parts: list[LayerOutput] = []
    for value in args[0] if is_sequence(args[0]) else ():
        if isinstance(value, Stacked) and _is_plain(value):
            parts += value.parts
        elif isinstance(value, Reshaped) and value.data.shape == (BATCH, 1, *value.output.shape):
            parts.append(value.output)
        else:
            return None
    shapes = {part.shape for part in parts}
    if len(shapes) != 1:
        return None
    return Stacked(tuple(parts), torch.empty((BATCH, len(parts), *shapes.pop()), device="meta"))


def along_branches(
    target: Any, args: Sequence[Any], kwargs: Mapping[str, Any], add: Adds, slices: Slices
) -> Stacked | LayerOutput | None:
    """What a sum, a softmax or a product of stacked outputs gives; None for other calls.

    Channels whose axis was split in two count as stacked. A softmax of two numbers is the sigmoid of their
    difference, for one of them and for the other.
    """
    if target not in _SUMS | _SOFTMAXES | _PRODUCTS or not args:
        return None
    x, *others = (_branches(arg, slices) for arg in args)
    if not isinstance(x, Stacked):
        return None
    if target in _PRODUCTS:
        if len(others) != 1 or kwargs or not isinstance(others[0], Stacked):
            return None
        return _product(x, others[0], add)
    options = {name for name, value in kwargs.items() if value is not None}
    axis = kwargs.get("dim", others[0] if others else None)
    if axis != _AXIS or len(others) > 1 or not options <= {"dim", "_stacklevel"}:
        return None
    if target in _SUMS:
        return add(Add(), x.parts) if _is_plain(x) else None
    return _softmax(x, add)


def _branches(value: Any, slices: Slices) -> Any:
    """Channels whose axis was split, as what lies along the first of the new axes."""
    if not isinstance(value, Reshaped) or value.groups or len(value.output.shape) != 3:
        return value
    shape, (channels, *pixels) = value.data.shape, value.output.shape
    count = shape[_AXIS] if len(shape) > _AXIS else 0
    rest = tuple(shape[2:])
    # of one pixel, the channels of a branch may lie along another axis
    whole = rest == (channels // max(count, 1), *pixels)
    single = pixels == [1, 1] and sorted(rest)[-1:] == [channels // max(count, 1)]
    if count < 2 or channels % count or not (whole or single) or shape[0] != BATCH:
        return value
    return Stacked(slices(value.output, count), value.data)


def _is_plain(x: Stacked) -> bool:
    """Whether its axes are the batch, the branches, and those of each branch."""
    return x.data.shape == (BATCH, len(x.parts), *x.parts[0].shape)


def _with_pixels(x: Stacked, add: Adds) -> Stacked:
    """Vectors that were given a height and a width of one, as images of one pixel."""
    count, shape = len(x.parts), x.parts[0].shape
    if len(shape) != 1 or x.data.shape != (BATCH, count, *shape, 1, 1):
        return x
    return Stacked(tuple(add(Unflatten(), (part,)) for part in x.parts), x.data)


def _product(x: Stacked, y: Stacked, add: Adds) -> Stacked | None:
    x, y = _with_pixels(x, add), _with_pixels(y, add)
    if not _is_plain(x) or not _is_plain(y) or len(x.parts) != len(y.parts):
        return None
    parts = tuple(add(Multiply(), pair) for pair in zip(x.parts, y.parts, strict=True))
    return Stacked(parts, torch.empty((BATCH, len(parts), *parts[0].shape), device="meta"))


def _softmax(x: Stacked, add: Adds) -> Stacked:
    if len(x.parts) != 2:
        raise no_layer(message("a softmax over {count} branches", count=len(x.parts)))
    first, second = x.parts
    lead = add(Add(), (first, add(Scale(-1.0), (second,))))
    weights = add(Sigmoid(), (lead,)), add(Sigmoid(), (add(Scale(-1.0), (lead,)),))
    return Stacked(weights, x.data)
