"""All that a module's code can reach and change, in a form that can be compared before and after a call."""

from __future__ import annotations

import array
import io
import itertools
import queue
import random
import sys
import sysconfig
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx

MOST = 100_000
"""So many things are looked at; what lies behind them counts as unchanged."""
_FOREIGN = frozenset(("torch", "numpy")) | sys.stdlib_module_names
"""Packages whose own variables are none of a module's."""
_INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("purelib", "platlib"))
_UNREAD = frozenset(("torch", "numpy", "logging"))
"""Packages whose objects hold nothing of a module either; those of Python may count for it."""
_ATOMS = (int, float, complex, str, bytes, type(None), torch.dtype, torch.device)
_BYTES = (bytearray, array.array, memoryview)
_ITERATORS = frozenset(("builtins", itertools.__name__))
"""Where the iterators come from that tell how far they are."""
_Named = tuple[str, Any]


class Reachable:
    """A walk through attributes, containers, objects, classes, functions and the variables that they use.

    What is found bears the name under which it was come by: that of an attribute or of a variable. A tensor
    counts by its shape, since its numbers come from the images, and things that are `left_out` not at all.
    """

    def __init__(self, left_out: Iterable[object]) -> None:
        self.found: dict[str, list[object]] = {}
        self._waiting: deque[_Named] = deque()
        # it holds what was seen: nothing new may get the place in memory that something had before
        self._seen: dict[int, object] = {id(thing): thing for thing in left_out}
        self._packages = frozenset(map(_package, map(type, self._seen.values()))) - _FOREIGN

    def add(self, name: str, thing: object) -> None:
        """Has this thing looked at, and all that is reached from it."""
        self._waiting.append((name, thing))

    def walk(self) -> dict[str, list[object]]:
        """All that there is, by name."""
        while self._waiting and len(self._seen) < MOST:
            name, thing = self._waiting.popleft()
            shown = _shown(thing)
            if shown is None and id(thing) not in self._seen:
                self._seen[id(thing)] = thing
                shown = type(thing).__name__, getattr(thing, "__qualname__", "")
                inside = [*self._inside(thing)]
                self._waiting.extend((own or name, each) for own, each in inside)
                shown = (*shown, len(inside))
            self.found.setdefault(name, []).append(shown)
        return self.found

    def _inside(self, thing: Any) -> Iterator[_Named]:
        """What a thing holds, with names of their own for variables."""
        if isinstance(thing, type):
            return self._of_class(thing)
        if isinstance(thing, types.FunctionType):
            return self._of_function(thing)
        holds = next((holds for kind, holds in _HOLDING.items() if isinstance(thing, kind)), _attributes)
        return holds(thing)

    def _is_own(self, package: str) -> bool:
        """Whether it is a package of the parts that were left out, or one that people wrote themselves."""
        return package in self._packages or not (package in _FOREIGN or _is_installed(package))

    def _of_class(self, kind: type) -> Iterator[_Named]:
        if not self._is_own(_package(kind)):
            return
        for name, value in vars(kind).items():
            yield f"{kind.__qualname__}.{name}", value
        yield from (("", base) for base in kind.__mro__[1:])

    def _of_function(self, function: types.FunctionType) -> Iterator[_Named]:
        """The variables that a function uses."""
        if not self._is_own(_package(function)):
            return
        yield from (("", each) for each in (function.__defaults__, function.__kwdefaults__, vars(function)))
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
        yield from ((name, cell.cell_contents) for name, cell in cells if _is_filled(cell))
        names = frozenset(_names(function.__code__))
        for name in sorted(names & function.__globals__.keys()):
            value = function.__globals__[name]
            yield name, value
            if isinstance(value, types.ModuleType) and self._is_own(value.__name__.partition(".")[0]):
                yield from ((each, vars(value)[each]) for each in sorted(names & vars(value).keys()))


def _package(thing: Any) -> str:
    return str(getattr(thing, "__module__", None) or "torch").partition(".")[0]


@lru_cache(maxsize=1024)
def _is_installed(package: str) -> bool:
    """Whether a package lies where pip puts it; what people write themselves lies elsewhere."""
    found = sys.modules.get(package)
    place = getattr(found, "__file__", None) or next(iter(getattr(found, "__path__", ())), None)
    return place is not None and any(str(place).startswith(folder) for folder in _INSTALLED)


def _shown(thing: Any) -> object:
    """What can be compared of something that holds nothing further; None for everything else."""
    kind = type(thing).__name__
    if isinstance(thing, fx.Proxy):
        return "a stand-in for a tensor"
    if isinstance(thing, Tensor):
        return kind, tuple(thing.shape), thing.dtype
    if isinstance(thing, _ATOMS):
        return kind, repr(thing)
    if isinstance(thing, _BYTES):
        return kind, bytes(thing)
    if isinstance(thing, np.ndarray) and not thing.dtype.hasobject:
        return kind, thing.shape, str(thing.dtype), thing.tobytes()
    if isinstance(thing, set | frozenset):
        return kind, *sorted(map(repr, thing))
    return _state_of_random_numbers(thing)


def _state_of_random_numbers(thing: Any) -> object:
    match thing:
        case random.Random():
            return thing.getstate()
        case np.random.Generator():
            return repr(thing.bit_generator.state)
        case np.random.RandomState():
            return repr(thing.get_state())
        case torch.Generator():
            return thing.get_state().numpy().tobytes()
    return None


def _nameless(parts: Callable[[Any], Iterable[object]]) -> Callable[[Any], Iterator[_Named]]:
    return lambda thing: (("", each) for each in parts(thing))


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


def _attributes(thing: Any) -> Iterator[_Named]:
    """What an object holds in its attributes and slots."""
    kind = type(thing)
    if kind.__module__ in _ITERATORS and hasattr(kind, "__next__"):
        # an iterator of Python is saved as what it goes through, and how far it is
        _, *held = thing.__reduce__()
        yield from (("", each) for each in held)
    elif kind.__module__.partition(".")[0] not in _UNREAD:
        yield "", kind
        yield from (("", each) for each in getattr(thing, "__dict__", {}).values())
        for each in kind.__mro__:
            slots = vars(each).get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else tuple(slots):
                yield "", getattr(thing, name, None)


def _of_generator(generator: types.GeneratorType[Any, Any, Any]) -> Iterable[object]:
    frame = generator.gi_frame
    return () if frame is None else (frame.f_lasti, *frame.f_locals.values())


def _position(file: io.IOBase) -> Iterable[object]:
    """How far an open file was read or written."""
    with suppress(OSError, ValueError):
        return (file.tell(),)
    return ()


_HOLDING: dict[type, Callable[[Any], Iterator[_Named]]] = {
    Mapping: _nameless(lambda table: (each for pair in table.items() for each in pair)),
    list: _nameless(iter),
    tuple: _nameless(iter),
    deque: _nameless(iter),
    np.ndarray: _nameless(lambda array: array.flat),
    types.MethodType: _nameless(lambda method: (method.__func__, method.__self__)),
    partial: _nameless(lambda call: (call.func, call.args, call.keywords)),
    staticmethod: _nameless(lambda method: (method.__func__,)),
    classmethod: _nameless(lambda method: (method.__func__,)),
    property: _nameless(lambda own: (own.fget, own.fset, own.fdel)),
    types.ModuleType: _nameless(lambda module: ()),
    types.GeneratorType: _nameless(_of_generator),
    queue.SimpleQueue: _nameless(lambda waiting: (waiting.qsize(),)),
    ContextVar: _nameless(lambda variable: (variable.get(None),)),
    io.IOBase: _nameless(_position),
    type(lru_cache(int)): _nameless(lambda call: (call.cache_info().currsize, call.__wrapped__)),
}
"""What things of these types hold; what lies in others is told by their attributes."""
