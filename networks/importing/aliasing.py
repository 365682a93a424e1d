"""Which traced calls write into their input, and which give a view of its memory."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from torch import fx, nn

from networks.importing.functions import RESHAPES, SPLITS, SWAPS, arguments_of, makers_of, torchs_name
from networks.importing.inverse import BY_MODULE
from networks.importing.modules import torchs_type
from networks.importing.refusal import UnshowableError

_VIEWS: frozenset[Any] = frozenset((*RESHAPES, *SWAPS, *SPLITS, operator.getitem, "contiguous"))


def in_place(node: fx.Node, modules: Mapping[str, nn.Module]) -> bool:
    """Whether the call writes what it computes into its first input."""
    target: Any = node.target
    if node.op == "call_module":
        return bool(vars(modules[target]).get("inplace"))
    if node.op not in ("call_function", "call_method"):
        return False
    name = torchs_name(target)
    if name is None or node.kwargs.get("inplace"):
        return bool(node.kwargs.get("inplace"))
    if name.endswith("_") or target in (operator.iadd, operator.imul):
        return True
    try:
        return bool(arguments_of(target, node.args, node.kwargs).get("inplace"))
    except UnshowableError:  # it is refused where it is turned into a layer
        return False


def shares_memory(node: fx.Node, modules: Mapping[str, nn.Module]) -> bool:
    """Whether what the call gives may lie in the memory of its first input."""
    if node.op == "call_module":
        kind = torchs_type(modules[str(node.target)])
        return kind is not None and any(maker.views_input for maker in BY_MODULE[kind])
    if node.op not in ("call_function", "call_method"):
        return False
    return node.target in _VIEWS or any(maker.views_input for maker in makers_of(node.target))
