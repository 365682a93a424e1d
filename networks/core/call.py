"""A constructor call as data: the builder runs it, the exporter prints it."""

from __future__ import annotations

from typing import Any

import msgspec


class Argument(msgspec.Struct, frozen=True):
    """Stands in a call for the value that arrives on the wire with this index."""

    index: int


class Call(msgspec.Struct, frozen=True):
    """`target(*args, **kwargs)`, with the target a dotted name such as `nn.Conv2d`.

    Arguments are plain constants, tuples and lists of them, `Argument`s or further calls.
    Targets are written in our own source only; nothing from a file ever becomes one.
    """

    target: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()

    @property
    def named(self) -> dict[str, Any]:
        """The arguments that are given by name."""
        return dict(self.kwargs)

    def __str__(self) -> str:
        parts = [_source(value) for value in self.args]
        parts += [f"{name}={_source(value)}" for name, value in self.kwargs]
        return f"{self.target}({', '.join(parts)})"


def call(target: str, /, *args: Any, **kwargs: Any) -> Call:
    """`call("nn.Conv2d", 3, 64, kernel_size=7)` is the data for `nn.Conv2d(3, 64, kernel_size=7)`."""
    return Call(target, args, tuple(kwargs.items()))


def _source(value: Any) -> str:
    if isinstance(value, Argument):
        return f"x{value.index}"
    if isinstance(value, Call):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_source, value))}]"
    return repr(value)
