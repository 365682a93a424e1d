"""What a forward leaves behind on its module: attributes, counters, weights that it exchanges."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from networks.importing.side_effects.reachable import Reachable

_CONTAINERS = (list, dict, set, deque)
_TABLES = frozenset(("_modules", "_parameters", "_buffers"))
_CONSTANT = "_tensor_constant"
"""So torch.fx names tensors that forward makes, which it puts on the root."""


@contextmanager
def kept(module: nn.Module) -> Iterator[None]:
    """Gives every part back what it held: its mode, what forward keeps in its attributes, and what learns."""
    before = [(vars(part), dict(vars(part)), _registered(part)) for part in module.modules()]
    contents = [(value, value.copy()) for _, held, _ in before for value in _containers(held)]
    learning = [(weight, weight.requires_grad) for weight in module.parameters()]
    try:
        yield
    finally:
        for own, held, registered in before:
            _refill(own, held)
            for table, values in registered:
                _refill(table, values)
        for container, content in contents:
            _refill(container, content)
        for weight, learns in learning:
            if weight.is_leaf and weight.requires_grad != learns:
                weight.requires_grad_(learns)


def _containers(held: Mapping[str, Any]) -> Iterator[Any]:
    return (value for value in held.values() if type(value) in _CONTAINERS)


def _refill(container: Any, content: Any) -> None:
    container.clear()
    container.extend(content) if isinstance(container, list | deque) else container.update(content)


def _registered(part: nn.Module) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    tables: list[dict[str, Any]] = [part._modules, part._parameters, part._buffers]
    return [(table, dict(table)) for table in tables]


def held_tensors(module: nn.Module) -> dict[str, tuple[object, ...]]:
    """For each weight and buffer: which tensor it is, how often it was written to, whether it learns."""
    return {
        name: (id(tensor), _address(tensor), tensor._version, tensor.requires_grad)
        for name, tensor in (*module.named_parameters(), *module.named_buffers())
    }


def _address(tensor: Tensor) -> int:
    return tensor.data_ptr() if tensor.layout is torch.strided and not tensor.is_meta else 0


def attributes(module: nn.Module) -> dict[str, list[object]]:
    """All that the next forward may find changed, by name, in a form that can be compared.

    That is what lies in attributes of the module's parts and of their classes, in the variables that their
    methods use, and in everything that is reached from there.
    """
    parts = dict(module.named_modules())
    reachable = Reachable(parts.values())
    reachable.add("os.environ", dict(os.environ))
    for path, part in parts.items():
        for name, value in vars(part).items():
            if name not in _TABLES and not name.startswith(_CONSTANT):
                reachable.add(f"{path}.{name}" if path else name, value)
    for part in parts.values():
        reachable.add(type(part).__qualname__, type(part))
    return reachable.walk()


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> str | None:
    """The name of the first that is another one; None where all are as they were."""
    return next((name for name in (*after, *before) if before.get(name) != after.get(name)), None)
