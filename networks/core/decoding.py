"""Values read as declared types, from any thread: the one place that asks msgspec for a type.

msgspec learns a struct when it is first asked for, and what it has learned so far is seen by other threads
at once: a thread that decodes meanwhile uses a half-made table, and the process ends with a segmentation
fault (seen with msgspec 0.22). So types are learned one at a time, and used only afterwards.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar, overload

import msgspec

Kind = TypeVar("Kind")

_learning = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of a type, made when it is first asked for; a struct, or whatever holds structs."""
    found = _decoders.get(kind)
    if found is None:
        with _learning:
            found = _decoders.get(kind)
            if found is None:
                found = msgspec.json.Decoder(kind)
                _decoders[kind] = found
    return found


@overload
def decoded(data: bytes | msgspec.Raw, kind: type[Kind]) -> Kind: ...


@overload
def decoded(data: bytes | msgspec.Raw, kind: Any) -> Any: ...


def decoded(data: bytes | msgspec.Raw, kind: Any) -> Any:
    """What these bytes of JSON hold, of this type. Raises as `msgspec.json.decode` does."""
    return decoder_of(kind).decode(data)


@overload
def typed(value: Any, kind: type[Kind], *, builtin_types: tuple[type, ...] | None = None) -> Kind: ...


@overload
def typed(value: Any, kind: Any, *, builtin_types: tuple[type, ...] | None = None) -> Any: ...


def typed(value: Any, kind: Any, *, builtin_types: tuple[type, ...] | None = None) -> Any:
    """A value of this type from plain ones. Raises msgspec.ValidationError where it is none."""
    decoder_of(kind)
    return msgspec.convert(value, kind, builtin_types=builtin_types)
