"""What a user's code has exchanged in torch itself, where it would change what layers compute as well."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.core.message import message
from networks.importing.refusal import refused


def refuse_exchanged(module: nn.Module) -> None:
    """Raises UserError where a function or method of torch is another one than when Backbone was started.

    Layers are made of torch's modules: where those compute something else in this process, a layer and the
    module that it stands for agree with each other, and with nobody else.
    """
    name = _exchanged()
    if name is not None:
        reason = message(
            "the code that makes it exchanges torch’s own “{name}”, and layers compute as torch does: put "
            "what differs into a class of its own",
            name=name,
        )
        raise refused(type(module).__name__, reason)


def _exchanged() -> str | None:
    for name, held, first in _places():
        for key in sorted(first.keys() | held.keys()):
            if first.get(key) is not held.get(key):
                return f"{name}.{key}"
    return None


def _places() -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for kind, methods in _METHODS.items():
        yield _name(kind), {key: own for key, own in _methods(kind).items() if _counts(kind, key)}, methods
    for place, functions in _FUNCTIONS.items():
        held = vars(place)
        yield _name(place), {key: held[key] for key in functions if key in held}, functions


def _name(place: Any) -> str:
    short = {functional: "torch.nn.functional", torch: "torch", Tensor: "torch.Tensor"}
    return short.get(place, f"nn.{place.__name__}")


def _methods(kind: type) -> dict[str, Any]:
    """What a class says of what its objects compute: all it holds but how they are made, copied and shown."""
    return {
        name: held
        for name, held in vars(kind).items()
        if (callable(held) or hasattr(type(held), "__get__"))
        and (not name.startswith("__") or name in ("__call__", "__getattr__", "__getattribute__"))
    }


def _counts(kind: type, name: str) -> bool:
    """Whether a method was there from the first, or hides one that a class further up has."""
    return name in _METHODS[kind] or any(name in vars(base) for base in kind.__mro__[1:])


def _kinds(kind: type) -> Iterator[type]:
    if kind.__module__.startswith("torch.nn.modules"):
        yield kind
    subclasses: list[type] = kind.__subclasses__()
    for each in subclasses:
        yield from _kinds(each)


_METHODS: dict[type, dict[str, Any]] = {kind: _methods(kind) for kind in (*_kinds(nn.Module), Tensor)}
_FUNCTIONS: dict[Any, dict[str, Any]] = {
    functional: {name: held for name, held in vars(functional).items() if callable(held)},
    torch: {name: held for name, held in vars(torch).items() if isinstance(held, types.BuiltinFunctionType)},
}
