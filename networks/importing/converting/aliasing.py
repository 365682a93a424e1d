"""Which traced calls have an effect besides their result, and which give a view of their input's memory."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import fx, nn

from networks.core.message import message
from networks.importing.calls.functions import (
    CONVERSIONS,
    RESHAPES,
    SPLITS,
    SWAPS,
    arguments_of,
    makers_of,
    torchs_name,
)
from networks.importing.calls.inverse import BY_MODULE
from networks.importing.calls.modules import torchs_type
from networks.importing.converting.widening import EXPANDS
from networks.importing.refusal import UnshowableError
from networks.layers.base import Layer

_VIEWS: frozenset[Any] = frozenset(
    (*RESHAPES, *SWAPS, *SPLITS, *EXPANDS, *CONVERSIONS, operator.getitem, "contiguous")
)
_SHAPE_ALONE = frozenset(("squeeze_", "unsqueeze_"))
"""What changes the shape of a tensor, and none of its numbers."""
PART_WRITERS = frozenset((operator.setitem, operator.delitem))
_IN_PLACE_OPERATORS = PART_WRITERS | {
    getattr(operator, name)
    for name in dir(operator)
    if name.startswith("i") and hasattr(operator, name.removeprefix("i"))
}


def in_place(node: fx.Node, modules: Mapping[str, nn.Module]) -> bool:
    """Whether the call writes what it computes into one of its arguments.

    That goes by torch's conventions, so that it holds of calls that no table knows: names that end in “_”,
    `out=`, `inplace=True`, and the operators that assign.
    """
    target: Any = node.target
    if node.op == "call_module":
        return bool(vars(modules[target]).get("inplace"))
    if node.op not in ("call_function", "call_method"):
        return False
    name = target if isinstance(target, str) else getattr(target, "__name__", "")
    if target in _IN_PLACE_OPERATORS and not isinstance(node.args[0], fx.Node):
        return False  # a plain number has no memory to write into: y = 2; y *= x
    if target in _IN_PLACE_OPERATORS or (name.endswith("_") and not name.endswith("__")):
        return True
    return writes_out(node) or bool(_argument(node, "inplace"))


def writes_out(node: fx.Node) -> bool:
    """Whether the call is given a tensor that its result is written into."""
    return node.kwargs.get("out") is not None


def _argument(node: fx.Node, name: str) -> Any:
    """The argument of a function, given by name or by its place; None where it has none of that name."""
    if name in node.kwargs:
        return node.kwargs[name]
    target: Any = node.target
    try:
        if torchs_name(target) is not None:
            return arguments_of(target, node.args, node.kwargs).get(name)
        return inspect.signature(target).bind(*node.args, **node.kwargs).arguments.get(name)
    except (UnshowableError, TypeError, ValueError):  # it is refused where it is turned into a layer
        return None


def is_pure(node: fx.Node, modules: Mapping[str, nn.Module]) -> bool:
    """Whether it is proved that the call does nothing besides giving its result.

    A call that is not proved to be pure must be understood, even if nothing uses its result.
    """
    if node.op in ("placeholder", "output") or in_place(node, modules):
        return False
    if node.op == "get_attr":
        return True
    if node.op == "call_module":
        kind = torchs_type(modules[str(node.target)])
        return kind is not None and not any(map(_has_effect, BY_MODULE[kind]))
    if any(source.op == "get_attr" for source in node.all_input_nodes):
        return False  # running statistics are changed by functions that do not say so
    if torchs_name(node.target) is not None and any(map(_has_effect, makers_of(node.target))):
        return False
    return torchs_name(node.target) is not None or _is_declared_pure(node.target)


def _has_effect(kind: type[Layer]) -> bool:
    return kind.normalizes_by_batch or kind.draws_random_numbers


@cache
def _is_declared_pure(target: Any) -> bool:
    """Whether Python or torch's own declaration says that a call only gives a result."""
    home = getattr(target, "__module__", "") or ""
    if target is getattr or home in ("_operator", "math"):
        return True
    if not isinstance(target, str) and not home.startswith(("torch", "_")):
        return False
    name = target if isinstance(target, str) else target.__name__
    packet = getattr(torch.ops.aten, name, None)
    if packet is None:
        return target in ("shape", "ndim", "dim", "numel")
    overloads = [getattr(packet, each) for each in packet.overloads() if "out" not in each]
    return bool(overloads) and not any(
        overload._schema.is_mutable or torch.Tag.nondeterministic_seeded in overload.tags
        for overload in overloads
    )


def shares_memory(node: fx.Node, modules: Mapping[str, nn.Module]) -> bool:
    """Whether what the call gives may lie in the memory of its first input."""
    if node.op == "call_module":
        kind = torchs_type(modules[str(node.target)])
        return kind is not None and any(maker.views_input for maker in BY_MODULE[kind])
    if node.op not in ("call_function", "call_method"):
        return False
    return node.target in _VIEWS or any(maker.views_input for maker in makers_of(node.target))


def live_calls(nodes: list[fx.Node], modules: dict[str, nn.Module]) -> set[fx.Node]:
    """The calls that the output depends on, and all that are not proved to have no effect besides."""
    live: set[fx.Node] = set()
    for node in reversed(nodes):
        if node in live or not is_pure(node, modules):
            live.add(node)
            live.update(node.all_input_nodes)
    return live


class Memory:
    """Which calls of a graph give a view of the memory of another, and what is written into it."""

    def __init__(self, modules: Mapping[str, nn.Module]) -> None:
        self._modules = modules
        self._sharing: dict[fx.Node, fx.Node] = {}
        """For each node that is a view, the node whose memory it shows."""

    def share(self, node: fx.Node) -> None:
        if node.all_input_nodes and shares_memory(node, self._modules):
            self._sharing[node] = self._of(node.all_input_nodes[0])

    def _of(self, node: fx.Node) -> fx.Node:
        return self._sharing.get(node, node)

    def overwrite(self, node: fx.Node, values: dict[fx.Node, Any], later: list[fx.Node]) -> None:
        """From here on, reading the input gives what this call has written into it.

        Raises UnshowableError where a later call reads the same memory in another way.
        """
        source = node.all_input_nodes[0]
        memory = self._sharing[node] = self._of(source)
        written = values[source]
        if node.target in _SHAPE_ALONE:
            values[source] = values[node]
            return
        for other in list(values):
            if other in (node, source) or self._of(other) is not memory:
                continue
            if values[other] is written:
                values[other] = values[node]  # the same tensor by another name
            elif any(other in reader.all_input_nodes for reader in later):
                raise UnshowableError(message("it changes numbers in place that another call still reads"))
        values[source] = values[node]
