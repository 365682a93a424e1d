"""What a forward leaves behind on its module: attributes, counters, weights that it exchanges."""

from __future__ import annotations

import random
import sys
import types
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

DEEPEST = 6
"""How far into lists, dictionaries and objects it is looked."""
_ATOMS = (int, float, complex, str, bytes, type(None), torch.dtype, torch.device)
_CONTAINERS = (list, dict, set, deque)
_TABLES = frozenset(("_modules", "_parameters", "_buffers"))
_CONSTANT = "_tensor_constant"
"""So torch.fx names tensors that forward makes, which it puts on the root."""
_FOREIGN = frozenset(("torch", "numpy")) | sys.stdlib_module_names
"""Packages whose own variables are none of the module's."""


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


def attributes(module: nn.Module) -> dict[str, object]:
    """All that the next forward may find changed, by name, in a form that can be compared.

    That is what lies in attributes of the module's parts and of their classes, and in the variables that
    their methods use. A tensor counts by its shape, since its numbers come from the images.
    """
    found: dict[str, object] = {}
    functions: dict[int, types.FunctionType] = {}
    for path, part in module.named_modules():
        for name, value in vars(part).items():
            if name not in _TABLES and not name.startswith(_CONSTANT):
                found[f"{path}.{name}" if path else name] = _comparable(value)
        for kind in type(part).__mro__:
            if _is_own(kind):
                _add_class(kind, found, functions)
    for function in list(functions.values()):
        _add_variables(function, found, functions)
    return found


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> str | None:
    """The name of the first that is another one; None where all are as they were."""
    return next((name for name in (*after, *before) if before.get(name) != after.get(name)), None)


def _is_own(thing: Any) -> bool:
    return (getattr(thing, "__module__", None) or "torch").partition(".")[0] not in _FOREIGN


def _add_class(kind: type, found: dict[str, object], functions: dict[int, types.FunctionType]) -> None:
    if f"{kind.__qualname__}.__module__" in found:
        return
    for name, value in vars(kind).items():
        if isinstance(value, types.FunctionType):
            functions[id(value.__code__)] = value
        elif isinstance(value, _ATOMS + _CONTAINERS):
            found[f"{kind.__qualname__}.{name}"] = _comparable(value)


def _add_variables(
    function: types.FunctionType, found: dict[str, object], functions: dict[int, types.FunctionType]
) -> None:
    """The variables that a function uses, and those of the functions that it may call."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    used = {name: cell.cell_contents for name, cell in cells if _is_filled(cell)}
    used |= {
        name: function.__globals__[name] for name in _names(function.__code__) if name in function.__globals__
    }
    for name, value in used.items():
        if isinstance(value, _ATOMS + _CONTAINERS):
            found[name] = _comparable(value)
        elif isinstance(value, types.FunctionType) and _is_own(value) and id(value.__code__) not in functions:
            functions[id(value.__code__)] = value
            _add_variables(value, found, functions)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _is_filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _comparable(value: Any, depth: int = DEEPEST) -> object:
    kind = type(value).__name__
    if isinstance(value, fx.Proxy):
        return "a stand-in for a tensor"
    if isinstance(value, Tensor):
        return kind, tuple(value.shape), value.dtype
    if isinstance(value, _ATOMS):
        return kind, repr(value)
    if isinstance(value, random.Random):
        return value.getstate()
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if isinstance(value, torch.Generator):
        return value.get_state().numpy().tobytes()
    if not depth or isinstance(value, nn.Module | types.ModuleType | type) or callable(value):
        return kind, getattr(value, "__qualname__", "")
    return kind, *_inside(value, depth - 1)


def _inside(value: Any, depth: int) -> Iterable[object]:
    if isinstance(value, Mapping):
        return [(_comparable(name, depth), _comparable(each, depth)) for name, each in value.items()]
    if isinstance(value, set | frozenset):
        return sorted(repr(_comparable(each, depth)) for each in value)
    if isinstance(value, list | tuple | deque):
        return [_comparable(each, depth) for each in value]
    return [(name, _comparable(each, depth)) for name, each in getattr(value, "__dict__", {}).items()]
