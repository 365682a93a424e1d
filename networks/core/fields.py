"""Parameters declared once: bounds, title, help and unit, read by forms, files and tests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, inspect

FieldKind = Literal["whole", "real", "flag", "choice", "pair", "text"]
S = TypeVar("S", bound=msgspec.Struct)


def whole(title: str, help: str, low: int, high: int, *, unit: str = "", zero: str = "") -> Meta:
    """Declares a whole number from `low` to `high`; `zero` says what 0 means where it is no count."""
    return Meta(ge=low, le=high, title=title, description=help, extra={"unit": unit, "zero": zero})


def real(
    title: str,
    help: str,
    low: float,
    high: float,
    *,
    unit: str = "",
    zero: str = "",
    above: bool = False,
    below: bool = False,
) -> Meta:
    """Declares a finite number from `low` to `high`; `above` / `below` leave the bound itself out.

    `zero` says what 0 means where it is no amount.
    """
    bounds: dict[str, Any] = {"gt" if above else "ge": low, "lt" if below else "le": high}
    return Meta(title=title, description=help, extra={"unit": unit, "zero": zero}, **bounds)


def described(title: str, help: str, *, unit: str = "", labels: dict[str, str] | None = None) -> Meta:
    """Declares title and help of a flag, a choice or a pair; `labels` names the choices for people."""
    return Meta(title=title, description=help, extra={"unit": unit, "labels": labels or {}})


Size = Annotated[int, Meta(ge=1, le=1024)]
Count = Annotated[int, Meta(ge=0, le=1024)]
Pair = tuple[Size, Size]
"""(height, width), each at least 1."""
PairFromZero = tuple[Count, Count]
"""(height, width), each at least 0."""


class Field(msgspec.Struct, frozen=True):
    """One parameter of a declared type, as a form needs it.

    `special` is a word that the parameter takes besides numbers, such as "classes" of Linear's features.
    """

    name: str
    kind: FieldKind
    title: str
    help: str
    default: Any
    unit: str = ""
    zero: str = ""
    """What 0 means, such as “off”; empty where it is just a number."""
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    choices: tuple[Any, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    special: str | None = None

    def label_of(self, choice: Any) -> str:
        """The words for one of the choices."""
        return dict(self.labels).get(str(choice), str(choice))


def fields_of(declared: type[msgspec.Struct], names: Collection[str] | None = None) -> tuple[Field, ...]:
    """The parameters of a declared type, or those of these names, in its order.

    Raises TypeError for an unknown kind, such as a struct within the struct.
    """
    info = inspect.type_info(declared)
    assert isinstance(info, inspect.StructType)
    return tuple(_field(field) for field in info.fields if names is None or field.name in names)


def changed(value: S, **changes: Any) -> S:
    """A copy with some parameters changed. Raises msgspec.ValidationError where one is out of its bounds."""
    whole_value = msgspec.to_builtins(value) | changes
    return msgspec.convert(whole_value, type(value), builtin_types=(), strict=True)


def _field(field: inspect.Field) -> Field:
    kind, title, help = field.type, "", ""
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        schema = kind.extra_json_schema or {}
        title, help, extra = schema.get("title", title), schema.get("description", help), kind.extra or extra
        kind = kind.type
    special = None
    if isinstance(kind, inspect.UnionType):
        words = [t for t in kind.types if isinstance(t, inspect.LiteralType)]
        special = words[0].values[0] if words else None
        kind = next(t for t in kind.types if not isinstance(t, inspect.LiteralType))
        while isinstance(kind, inspect.Metadata):
            kind = kind.type
    common = {
        "name": field.name,
        "title": title or field.name,
        "help": help,
        "default": field.default,
        "unit": extra.get("unit", ""),
        "zero": extra.get("zero", ""),
        "labels": tuple(extra.get("labels", {}).items()),
        "special": special,
    }
    match kind:
        case inspect.BoolType():
            return Field(kind="flag", **common)
        case inspect.IntType() | inspect.FloatType():
            return Field(
                kind="whole" if isinstance(kind, inspect.IntType) else "real", **_bounds(kind), **common
            )
        case inspect.LiteralType():
            return Field(kind="choice", choices=tuple(kind.values), **common)
        case inspect.TupleType():
            item = kind.item_types[0]
            while isinstance(item, inspect.Metadata):
                item = item.type
            assert isinstance(item, inspect.IntType)
            return Field(kind="pair", **_bounds(item), **common)
        case inspect.StrType():
            return Field(kind="text", **common)
        case _:
            raise TypeError(f"{field.name} has a type that no form can show: {kind}")


def _bounds(kind: inspect.IntType | inspect.FloatType) -> dict[str, Any]:
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    return {"low": low, "high": high, "open_low": kind.gt is not None, "open_high": kind.lt is not None}
