"""A declared field in words: its bounds, its default, and the hover help with all of them."""

from __future__ import annotations

from html import escape
from typing import Any

import msgspec
from PySide6.QtCore import QCoreApplication

from networks.core.declared import Declared
from networks.core.fields import Field, field_at, value_at
from networks.recipes.augmentation.presets import steps_in_words
from widgets.forms.numerals import Number, show, show_all
from widgets.look.translation import declared, said, thousands


def bounds_words(field: Field) -> str:
    """`1 to 65 536`, `above 0, at most 1000`; empty for a field without bounds."""
    if field.low is None or field.high is None:
        return ""
    words = {
        (False, False): QCoreApplication.translate("Field", "{low} to {high}"),
        (True, False): QCoreApplication.translate("Field", "above {low}, at most {high}"),
        (False, True): QCoreApplication.translate("Field", "at least {low}, below {high}"),
        (True, True): QCoreApplication.translate("Field", "above {low}, below {high}"),
    }[field.open_low, field.open_high]
    return words.format(low=number_words(field.low), high=number_words(field.high))


def number_words(value: Number) -> str:
    """A number in a sentence; whole ones with their thousands set apart."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return thousands(int(value)) if abs(value) >= 10_000 else show(int(value))
    return show(value)


def value_words(field: Field, value: Any) -> str:
    """A value of the field as people say it: `3 × 3`, `on`, `NVIDIA GPU`."""
    if field.kind == "flag":
        on = QCoreApplication.translate("Field", "on")
        return on if value else QCoreApplication.translate("Field", "off")
    if field.kind == "pair":
        return " × ".join(str(size) for size in value)
    if field.kind == "numbers":
        return show_all(value) or QCoreApplication.translate("Field", "none")
    if field.kind == "union":
        return type_words(type(value))
    if field.kind == "list":
        return said(steps_in_words(value))
    if field.kind == "choice" or value == field.special:
        return declared(field.label_of(value))
    return number_words(value) if isinstance(value, int | float) else str(value)


def type_words(kind: type[msgspec.Struct]) -> str:
    """The name of a declared type."""
    return declared(kind.name()) if issubclass(kind, Declared) else kind.__name__


def type_help(kind: type[msgspec.Struct]) -> str:
    """What a declared type does, in a sentence."""
    return declared(kind.help()) if issubclass(kind, Declared) else ""


def edit_words(value: msgspec.Struct, path: str) -> str:
    """What the history says of the edit that led to this value, such as `Set momentum to 0.9`."""
    return set_words(field_at(value, path), value_at(value, path))


def set_words(field: Field, value: Any) -> str:
    """What the history says of the edit that gave a field this value."""
    return QCoreApplication.translate("Field", "Set {field} to {value}").format(
        field=lowered(declared(field.title)), value=value_words(field, value)
    )


def lowered(title: str) -> str:
    """A title as it stands within a sentence; an abbreviation keeps its capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def hover_help(field: Field) -> str:
    """Help, bounds, unit and default of a field, as rich text, which Qt wraps."""
    facts = []
    if bounds := bounds_words(field):
        facts.append(bounds)
    if field.unit:
        facts.append(QCoreApplication.translate("Field", "unit: {unit}").format(unit=declared(field.unit)))
    if field.special is not None:
        word = declared(field.label_of(field.special))
        facts.append(QCoreApplication.translate("Field", "or “{word}”").format(word=word))
    if field.default is not msgspec.NODEFAULT and field.kind != "struct":
        default = value_words(field, field.default)
        facts.append(QCoreApplication.translate("Field", "default: {value}").format(value=default))
    title, help = escape(declared(field.title)), escape(declared(field.help))
    return f"<p><b>{title}</b><br>{help}</p><p>{escape(' · '.join(facts))}</p>"
