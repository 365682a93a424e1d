"""Which traced calls write into their input, and which hand on its memory, so that others see it."""

from __future__ import annotations

import inspect
import operator
from typing import Any

import torch
from torch import fx, nn

from networks.importing.functions import DROPOUTS, FUNCTIONS, RESHAPES, SPLITS, SWAPS

_WRITERS = frozenset(
    (operator.iadd, operator.imul, torch.relu_, nn.functional.relu_, "add_", "mul_", "relu_")
)
_VIEWS: frozenset[Any] = frozenset(
    (*RESHAPES, *SWAPS, *SPLITS, operator.getitem, "contiguous", torch.narrow, "narrow")
)
_VIEWING = (nn.Identity, nn.Flatten, nn.Dropout, nn.Dropout2d, nn.Dropout3d)
"""Dropout hands its input on where it is not training."""
_INPLACE_OF_DROPOUT = 3
"""The place of `inplace` among the arguments of torch.nn.functional.dropout."""


def in_place(node: fx.Node, parts: dict[str, nn.Module]) -> bool:
    """Whether the call writes what it computes into its first input."""
    target: Any = node.target
    if node.op == "call_module":
        return bool(vars(parts[target]).get("inplace"))
    if node.op not in ("call_function", "call_method"):
        return False
    if target in _WRITERS or node.kwargs.get("inplace"):
        return True
    if target in DROPOUTS:
        return bool(node.args[_INPLACE_OF_DROPOUT:] and node.args[_INPLACE_OF_DROPOUT])
    if target in FUNCTIONS:
        names = list(inspect.signature(FUNCTIONS[target]).parameters)
        return "inplace" in names and bool(node.args[names.index("inplace") :][:1] == (True,))
    return False


def shares_memory(node: fx.Node, parts: dict[str, nn.Module]) -> bool:
    """Whether what the call gives may lie in the memory of its first input."""
    if node.op == "call_module":
        return isinstance(parts[str(node.target)], _VIEWING)
    return node.op in ("call_function", "call_method") and node.target in _VIEWS
