"""What Python pickles say, told as plain values: nothing in them is ever imported, called or made.

A pickle is a program that calls whatever it names. Here its steps are only read, by the standard library's
`pickletools`; names and calls become records of what would have been called.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any, NamedTuple


class Named(NamedTuple):
    """Something of a module that the pickle names."""

    module: str
    name: str


class Called:
    """A call that the pickle asks for, and the state that it wants to give to what comes of it."""

    def __init__(self, what: Any, arguments: Any) -> None:
        self.what, self.arguments = what, arguments
        self.state: Any = None


class _Reader:
    """The stack that the steps of a pickle work on."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def since_mark(self) -> list[Any]:
        place = self.marks.pop()
        found = self.stack[place:]
        del self.stack[place:]
        return found

    def last(self, count: int) -> tuple[Any, ...]:
        found = tuple(self.stack[len(self.stack) - count :])
        if len(found) < count:
            raise ValueError("the stack is empty")
        del self.stack[len(self.stack) - count :]
        return found


def read_pickled(data: bytes) -> Any:
    """The value that a pickle describes; texts of Python 2 are `str` of one character for each byte.

    Raises ValueError, IndexError, KeyError, TypeError or AttributeError where it is no pickle, is cut off, or
    needs steps that no data set takes.
    """
    reader = _Reader()
    for step, argument, _ in pickletools.genops(data):
        if step.name == "STOP":
            (value,) = reader.last(1)
            return value
        if step.name in _PUSHED:
            reader.stack.append(argument)
        else:
            _STEPS[step.name](reader, argument)
    raise ValueError("there is no end")


def _push(make: Callable[[], Any]) -> Callable[[_Reader, Any], None]:
    return lambda reader, _: reader.stack.append(make())


def _tuple(count: int) -> Callable[[_Reader, Any], None]:
    return lambda reader, _: reader.stack.append(reader.last(count))


def _put(reader: _Reader, place: Any) -> None:
    reader.memo[len(reader.memo) if place is None else int(place)] = reader.stack[-1]


def _get(reader: _Reader, place: Any) -> None:
    reader.stack.append(reader.memo[int(place)])


def _name(reader: _Reader, argument: Any) -> None:
    module, name = argument.split(" ") if argument is not None else reader.last(2)
    reader.stack.append(Named(module, name))


def _call(reader: _Reader, _: Any) -> None:
    what, arguments = reader.last(2)
    if what == ("_codecs", "encode"):
        # how protocols 0 to 2 write bytes
        reader.stack.append(arguments[0].encode("latin1"))
    else:
        reader.stack.append(Called(what, arguments))


def _build(reader: _Reader, _: Any) -> None:
    (state,) = reader.last(1)
    called = reader.stack[-1]
    if not isinstance(called, Called):
        raise TypeError("only what was called has a state")
    called.state = state


def _set_items(reader: _Reader, items: list[Any] | tuple[Any, ...]) -> None:
    reader.stack[-1].update(zip(items[::2], items[1::2], strict=True))


def _mark(reader: _Reader, _: Any) -> None:
    reader.marks.append(len(reader.stack))


def _dict_since_mark(reader: _Reader, _: Any) -> None:
    items = reader.since_mark()
    reader.stack.append(dict(zip(items[::2], items[1::2], strict=True)))


# fmt: off
_PUSHED = frozenset((
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "STRING", "BINSTRING", "SHORT_BINSTRING",
    "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
    "BYTEARRAY8",
))
# fmt: on
"""Steps that put their argument on the stack."""
_STEPS: dict[str, Callable[[_Reader, Any], object]] = {
    "PROTO": lambda reader, _: None,
    "FRAME": lambda reader, _: None,
    "MARK": _mark,
    "NONE": _push(lambda: None),
    "NEWTRUE": _push(lambda: True),
    "NEWFALSE": _push(lambda: False),
    "EMPTY_DICT": _push(dict),
    "EMPTY_LIST": _push(list),
    "EMPTY_TUPLE": _push(tuple),
    "DICT": _dict_since_mark,
    "LIST": lambda reader, _: reader.stack.append(reader.since_mark()),
    "TUPLE": lambda reader, _: reader.stack.append(tuple(reader.since_mark())),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "APPEND": lambda reader, _: reader.stack[-2].append(*reader.last(1)),
    "APPENDS": lambda reader, _: _extend(reader, reader.since_mark()),
    "SETITEM": lambda reader, _: _set_items(reader, reader.last(2)),
    "SETITEMS": lambda reader, _: _set_items(reader, reader.since_mark()),
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "MEMOIZE": _put,
    "GET": _get,
    "BINGET": _get,
    "LONG_BINGET": _get,
    "GLOBAL": _name,
    "STACK_GLOBAL": _name,
    "REDUCE": _call,
    "BUILD": _build,
}


def _extend(reader: _Reader, items: list[Any]) -> None:
    reader.stack[-1].extend(items)
