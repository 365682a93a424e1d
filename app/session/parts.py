"""Reads a record part by part: whatever is unknown or broken in it is left out, and the rest is kept."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from app.background.log import LOG
from networks.core.decoding import typed

S = TypeVar("S", bound=msgspec.Struct)


def sound_parts(kind: type[S], data: object) -> S:
    """Makes a `kind`, all fields of which have defaults, of what has been decoded from JSON.

    A field that is missing or does not fit its declared type and bounds gets its default. Records within the
    record are read in the same way, and an element that does not fit is left out of its tuple.
    """
    given = data if isinstance(data, dict) else {}
    hints = _hints(kind)
    found = {}
    for name in kind.__struct_fields__:
        if name in given:
            part = _sound(hints[name], given[name])
            if part is msgspec.UNSET:
                LOG.warning("the setting %s is not understood and starts anew", name)
            else:
                found[name] = part
    return kind(**found)


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _sound(hint: Any, value: object) -> Any:
    """The value as this type, or UNSET where it does not fit."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return sound_parts(hint, value) if isinstance(value, dict) else msgspec.UNSET
    arguments = get_args(hint)
    if get_origin(hint) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        if not isinstance(value, list):
            return msgspec.UNSET
        parts = (_sound(arguments[0], each) for each in value)
        return tuple(part for part in parts if part is not msgspec.UNSET)
    try:
        return typed(value, hint, builtin_types=())
    except (msgspec.ValidationError, ValueError, OverflowError):
        return msgspec.UNSET
