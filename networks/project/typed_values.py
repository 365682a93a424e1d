"""Values of settings as they are typed: `0.1`, `3x3`, `Adam`, `Focal(gamma=1)`, `Rotation(degrees=5)+Hue`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from networks.core.declared import Declared
from networks.core.fields import Field, changed_at, fields_of
from networks.project.expected import expected
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.optimizers import Optimizer

_NUMBERS = ("whole", "real", "pair", "numbers")
_NOTHING = "none"
"""What is typed for a list without entries."""
_OPEN, _CLOSE = "(", ")"


def typed_values(text: str) -> tuple[str, ...]:
    """The values that are typed with commas between them; a comma in parentheses divides none."""
    return tuple(_divided(text, ","))


def as_kind(field: Field, value: Any) -> Any:
    """A value that was typed, as the field's kind of number or switch. Raises ValueError in our words."""
    if not isinstance(value, str):
        return value
    if field.kind in _NUMBERS:
        try:
            return _number(field, value)
        except ValueError as error:
            raise ValueError(f"expected {expected(field)}") from error
    match field.kind:
        case "flag":
            if value not in ("on", "off"):
                raise ValueError("expected on or off")
            return value == "on"
        case "union":
            return _of_type(field, value)
        case "list":
            return _listed(field, value)
        case "choice":
            named = [each for each in field.choices if value in (str(each), field.label_of(each))]
            return named[0] if named else value
    return value


def _number(field: Field, typed: str) -> Any:
    """One number or several. Raises ValueError in Python's words."""
    match field.kind:
        case "whole":
            return int(typed) if typed != field.special else typed
        case "real":
            return float(typed)
        case "numbers":
            return () if typed == _NOTHING else tuple(map(int, typed.split()))
    height, *width = (int(size) for size in typed.lower().replace("×", "x").split("x"))
    return height, *(width or [height])


def value_text(field: Field, value: Any) -> str:
    """A value as `as_kind` reads it: `0.001`, `3x3`, `on`, `Adam`, `Rotation(degrees=5)+Shift`."""
    match field.kind:
        case "flag":
            return "on" if value else "off"
        case "pair":
            return "x".join(map(str, value))
        case "union":
            return _type_text(value)
        case "numbers":
            return " ".join(map(str, value)) or _NOTHING
        case "list":
            return _list_text(value)
        case "real":
            return short if float(short := f"{value:g}") == value else repr(value)
    return str(value)


def usual(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """What stands for a type by its name alone: with its usual parameters, an optimizer with a usual rate."""
    return kind(lr=usual_rate(kind)) if issubclass(kind, Optimizer) else kind()


def usual_rate(kind: type[Optimizer]) -> float:
    """torch's own where it is a usual one, else the middle of those on a logarithmic scale, to one digit."""
    low, high = kind.usual
    own = kind().lr
    return own if low <= own <= high else float(f"{math.sqrt(low * high):.0e}")


def type_name(kind: type[msgspec.Struct]) -> str:
    """The name of a declared type for people."""
    return kind.name() if issubclass(kind, Declared) else kind.__name__


def names_of(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """What a declared type is called when it is typed, in small letters."""
    return kind.__name__.casefold(), type_name(kind).casefold()


def _of_type(field: Field, typed: str) -> Any:
    """One of a field's types: `Adam`, or with other parameters `Focal(gamma=1)`. Raises ValueError."""
    name, opened, rest = typed.strip().partition(_OPEN)
    wanted = name.strip().casefold()
    for kind in field.types:
        if wanted in names_of(kind):
            value = usual(kind)
            for parameter, text in _parameters(rest, opened):
                declared = _parameter(kind, parameter)
                try:
                    value = changed_at(value, parameter, as_kind(declared, text))
                except msgspec.ValidationError as error:
                    raise ValueError(f"{parameter}={text}: expected {expected(declared)}") from error
            return value
    raise ValueError(f"expected one of {', '.join(kind.__name__ for kind in field.types)}")


def _parameter(kind: type[msgspec.Struct], name: str) -> Field:
    known = fields_of(kind)
    for field in known:
        if field.name == name:
            return field
    raise ValueError(f"{kind.__name__} has no {name}: choose one of {', '.join(f.name for f in known)}")


def _parameters(text: str, opened: str) -> Iterator[tuple[str, str]]:
    """What stands in parentheses: names and values, with commas or spaces between them."""
    if not opened:
        return
    inside, closed, behind = text.rpartition(_CLOSE)
    if not closed or behind.strip():
        raise ValueError("expected a closing parenthesis at the end")
    found: list[list[str]] = []
    for word in inside.replace(",", " ").split():
        name, equals, value = word.partition("=")
        if equals:
            found.append([name, value])
        elif found:
            # several numbers are one value
            found[-1].append(word)
        else:
            raise ValueError(f"expected NAME=VALUE in parentheses, got {word}")
    for name, *words in found:
        yield name, " ".join(words)


def _listed(field: Field, typed: str) -> tuple[Any, ...]:
    """`none`, a preset of augmentation, or types: `Shift+Rotation(degrees=5)`.

    Raises ValueError.
    """
    if typed == _NOTHING:
        return ()
    for preset in AUGMENTATION_PRESETS:
        if typed.casefold() in (preset.name, preset.title.casefold()):
            return preset.steps
    return tuple(_of_type(field, each) for each in _divided(typed, "+"))


def _list_text(value: tuple[Any, ...]) -> str:
    for preset in AUGMENTATION_PRESETS:
        if preset.steps == value:
            return preset.name
    return "+".join(map(_type_text, value)) or _NOTHING


def _type_text(value: msgspec.Struct) -> str:
    """A type with those of its parameters that are not the usual ones."""
    kind, alike = type(value), usual(type(value))
    parameters = [
        f"{field.name}={value_text(field, getattr(value, field.name))}"
        for field in fields_of(kind)
        if getattr(value, field.name) != getattr(alike, field.name)
    ]
    return f"{kind.__name__}({' '.join(parameters)})" if parameters else kind.__name__


def _divided(text: str, by: str) -> Iterator[str]:
    """The parts of a text between these signs, of those that stand in no parentheses."""
    depth = start = 0
    for place, sign in enumerate(text):
        depth += (sign == _OPEN) - (sign == _CLOSE)
        if sign == by and depth <= 0:
            yield text[start:place]
            start = place + 1
    yield text[start:]
