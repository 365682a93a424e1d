"""Differences, quotients and negations, which are sums and products with a fixed factor."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from networks.importing.calls.values import LayerOutput

_LARGEST = 1e6
_DIFFERENCES = frozenset(
    (operator.sub, operator.isub, torch.sub, torch.subtract, "sub", "sub_", "subtract", "subtract_")
)
_QUOTIENTS = frozenset(
    (operator.truediv, operator.itruediv, torch.div, torch.divide, torch.true_divide, "div", "div_", "divide")
)
_NEGATIONS = frozenset((operator.neg, torch.neg, torch.negative, "neg", "neg_", "negative", "negative_"))


def difference(
    target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[LayerOutput, LayerOutput] | None:
    """What is subtracted from what in x − y, which is x + (−1)·y to the last bit; None for other calls."""
    match args:
        case (LayerOutput() as x, LayerOutput() as y) if target in _DIFFERENCES and not kwargs:
            return x, y
    return None


def scaled(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[LayerOutput, float] | None:
    """What is multiplied by which number in x / 2 and in −x; None for other calls."""
    match args:
        case (LayerOutput() as x, int() | float() as number) if target in _QUOTIENTS and not kwargs:
            if isinstance(number, bool) or not 1 / _LARGEST <= abs(number) <= _LARGEST:
                return None
            return x, 1 / number
        case (LayerOutput() as x,) if target in _NEGATIONS and not kwargs:
            return x, -1.0
    return None


def added_to_zero(arguments: Mapping[str, Any]) -> LayerOutput | None:
    """What is added to the 0 that a sum in a loop begins with; None in every other sum."""
    match arguments.get("input"), arguments.get("other"), arguments.get("alpha", 1):
        case (LayerOutput() as x, int(zero), 1) | (int(zero), LayerOutput() as x, 1) if zero == 0:
            return x
    return None
