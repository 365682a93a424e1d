"""A change in words, with the values before and after it: `Learning rate 0.002 → 5`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from PySide6.QtCore import QCoreApplication

from networks.core.fields import Field, fields_of
from widgets.forms.field_words import value_words
from widgets.look.translation import declared

_MOST = 2
"""More changes than this are not listed."""


def change_words(before: msgspec.Struct, after: msgspec.Struct) -> str:
    """The fields in which two values of one declared type differ; empty if there are none, or many."""
    return _listed([_said(*each) for each in _changes(before, after)])


def layer_change_words(
    before: Mapping[str, msgspec.Struct], after: Mapping[str, msgspec.Struct], titles: Mapping[str, str]
) -> str:
    """The fields in which layers of the same names differ, such as `Conv2d: Filters 6 → 8`.

    `titles` gives each layer's title. Empty where layers were replaced by others, or there is no difference.
    """
    found: dict[str, None] = {}
    for name, layer in after.items():
        if type(layer) is not type(before[name]):
            return ""
        for each in _changes(before[name], layer):
            found[f"{titles[name]}: {_said(*each)}"] = None
    return _listed(list(found))


def _listed(words: list[str]) -> str:
    return ", ".join(words) if len(words) <= _MOST else ""


def _said(field: Field, old: object, new: object) -> str:
    return QCoreApplication.translate("Field", "{field} {old} → {new}").format(
        field=declared(field.title), old=value_words(field, old), new=value_words(field, new)
    )


def _changes(before: msgspec.Struct, after: msgspec.Struct) -> Iterator[tuple[Field, object, object]]:
    for field in fields_of(type(after)):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new:
            continue
        if field.kind in ("struct", "union") and type(old) is type(new):
            yield from _changes(old, new)
        else:
            yield field, old, new
