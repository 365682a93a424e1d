"""Parameters are declared once, with bounds, title, help and unit; forms, files and tests read them."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, inspect

from networks.core.decoding import typed

FieldKind = Literal["whole", "real", "flag", "choice", "pair", "numbers", "text", "struct", "union", "list"]
"""Numbers are any number of whole ones. A struct holds fields of its own; a union is one of several declared
types, each with its parameters. A list holds any number of values of such types, in an order that counts.
"""
S = TypeVar("S", bound=msgspec.Struct)


def whole(title: str, help: str, low: int, high: int, *, unit: str = "", zero: str = "") -> Meta:
    """Declares a whole number from `low` to `high`; `zero` says what 0 means if it is more than a count."""
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
    """Declares a finite number from `low` to `high`; `above` and `below` exclude the bound itself.

    `zero` says what 0 means if it is more than an amount.
    """
    bounds: dict[str, Any] = {"gt" if above else "ge": low, "lt" if below else "le": high}
    return Meta(title=title, description=help, extra={"unit": unit, "zero": zero}, **bounds)


def described(title: str, help: str, *, unit: str = "", labels: dict[str, str] | None = None) -> Meta:
    """Declares the title and help of any other parameter; `labels` names the choices for people."""
    return Meta(title=title, description=help, extra={"unit": unit, "labels": labels or {}})


Size = Annotated[int, Meta(ge=1, le=1024)]
Count = Annotated[int, Meta(ge=0, le=1024)]
Pair = tuple[Size, Size]
"""(height, width), each at least 1."""
PairFromZero = tuple[Count, Count]
"""(height, width), each at least 0."""


class Field(msgspec.Struct, frozen=True):
    """One parameter of a declared type, as a form needs it.

    `special` is a word that it accepts instead of a number, such as "classes" for Linear's features.
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
    most: int | None = None
    """Of numbers, how many there may be."""
    special: str | None = None
    types: tuple[type[msgspec.Struct], ...] = ()
    """Of a struct its type; of a union or a list the types to choose from."""

    def label_of(self, choice: Any) -> str:
        """The words for one of the choices."""
        return dict(self.labels).get(str(choice), str(choice))


def fields_of(declared: type[msgspec.Struct], names: Collection[str] | None = None) -> tuple[Field, ...]:
    """The parameters of a declared type, or those of these names, in the order of their declaration.

    Raises TypeError for a type that no form can show, such as a dictionary.
    """
    return tuple(
        _declared_field(declared, field.name)
        for field in _annotated(declared)
        if names is None or field.name in names
    )


@cache
def _declared_field(declared: type[msgspec.Struct], name: str) -> Field:
    """Cached, since forms, files and sweeps ask for the same ones again and again: 0.1 ms each."""
    (field,) = (each for each in _annotated(declared) if each.name == name)
    return _field(name, _inspected(field.type), field.default)


@cache
def _annotated(declared: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Cached, since Python reads an annotation as a program, and several forms show parts of one type."""
    return msgspec.structs.fields(declared)


def _inspected(annotation: Any) -> inspect.Type:
    """What msgspec says of a parameter's type, but for what is in the structs that it names.

    There are dozens of those below a recipe, and reading all their annotations takes 40 ms of the start.
    """
    return inspect.type_info(_shallow(annotation))


def _shallow(annotation: Any) -> Any:
    """The annotation with a stand-in for every struct."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _stand_in(annotation)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_shallow(inner[0]), *inner[1:])]
    if origin in (Union, UnionType):
        return Union[tuple(map(_shallow, inner))]
    if origin is tuple:
        return tuple[tuple(map(_shallow, inner))]  # type: ignore[misc]
    return annotation


_STANDS_FOR: dict[type[msgspec.Struct], type[msgspec.Struct]] = {}
"""The struct in the place of which each stand-in stands."""


@cache
def _stand_in(struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A struct with the same tag and no fields."""
    made = msgspec.defstruct(struct.__name__, (), tag=struct.__struct_config__.tag)
    _STANDS_FOR[made] = struct
    return made


def value_at(value: msgspec.Struct, path: str) -> Any:
    """What stands at a path into a value, such as `optimizer.lr` or `augmentation.Rotation.degrees`.

    Raises ValueError where a list has no entry of that name.
    """
    found: Any = value
    for name in path.split("."):
        found = found[entry_names(found).index(name)] if isinstance(found, tuple) else getattr(found, name)
    return found


def entry_names(entries: tuple[msgspec.Struct, ...]) -> tuple[str, ...]:
    """The names of a list's entries in paths: `Rotation`, and the second of that type `Rotation#2`."""
    kinds = [type(each).__name__ for each in entries]
    before = [kinds[:place].count(kind) for place, kind in enumerate(kinds)]
    return tuple(f"{kind}#{count + 1}" if count else kind for kind, count in zip(kinds, before, strict=True))


def field_at(value: msgspec.Struct, path: str) -> Field:
    """The parameter at a path into a value, such as `optimizer.lr`."""
    outer, _, name = path.rpartition(".")
    return fields_of(type(value_at(value, outer) if outer else value), (name,))[0]


def changed(value: S, **changes: Any) -> S:
    """A copy with some parameters changed. Raises msgspec.ValidationError if one is out of its bounds."""
    builtins = msgspec.to_builtins(value) | msgspec.to_builtins(changes)
    return typed(builtins, type(value), builtin_types=())


def changed_at(value: S, path: str, new: Any) -> S:
    """A copy with the parameter at a path changed, such as `optimizer.lr` or `augmentation.Rotation.degrees`.

    Raises msgspec.ValidationError if it is out of its bounds, and ValueError where a list has no such entry.
    """
    name, _, rest = path.partition(".")
    inner = getattr(value, name)
    if rest and isinstance(inner, tuple):
        entry, _, rest = rest.partition(".")
        place = entry_names(inner).index(entry)
        new = (*inner[:place], changed_at(inner[place], rest, new), *inner[place + 1 :])
    elif rest:
        new = changed_at(inner, rest, new)
    return changed(value, **{name: new})


def _field(name: str, kind: inspect.Type, default: Any) -> Field:
    title, help = "", ""
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        schema = kind.extra_json_schema or {}
        title, help, extra = schema.get("title", title), schema.get("description", help), kind.extra or extra
        kind = kind.type
    return Field(
        name=name,
        title=title or name,
        help=help,
        default=default,
        unit=extra.get("unit", ""),
        zero=extra.get("zero", ""),
        labels=tuple(extra.get("labels", {}).items()),
        **_kind(name, kind),
    )


def _kind(name: str, kind: inspect.Type) -> dict[str, Any]:
    """What follows from the type alone."""
    if structs := _structs(kind):
        # a tagged type stands in a catalog, in which others may follow
        nested: FieldKind = "struct" if structs[0].__struct_config__.tag is None else "union"
        return {"kind": nested, "types": structs}
    match kind:
        case inspect.UnionType():
            words = [each.values[0] for each in kind.types if isinstance(each, inspect.LiteralType)]
            number = next(each for each in kind.types if not isinstance(each, inspect.LiteralType))
            return _kind(name, _plain(number)) | {"special": words[0] if words else None}
        case inspect.BoolType():
            return {"kind": "flag"}
        case inspect.IntType():
            return {"kind": "whole"} | _bounds(kind)
        case inspect.FloatType():
            return {"kind": "real"} | _bounds(kind)
        case inspect.LiteralType():
            return {"kind": "choice", "choices": tuple(kind.values)}
        case inspect.TupleType():
            item = _plain(kind.item_types[0])
            assert isinstance(item, inspect.IntType)
            return {"kind": "pair"} | _bounds(item)
        case inspect.StrType():
            return {"kind": "text"}
        case inspect.VarTupleType() if several := _several(kind):
            return several
    raise TypeError(f"{name} has a type that no form can show: {kind}")


def _several(kind: inspect.VarTupleType) -> dict[str, Any]:
    """What follows from the type of a tuple of any length; nothing where no form can show it."""
    item = _plain(kind.item_type)
    if structs := _structs(item):
        return {"kind": "list", "types": structs}
    if isinstance(item, inspect.IntType):
        return {"kind": "numbers", "most": kind.max_length} | _bounds(item)
    return {}


def _plain(kind: inspect.Type) -> inspect.Type:
    """The type without what is declared about it."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind


def _structs(kind: inspect.Type) -> tuple[type[msgspec.Struct], ...]:
    """The structs of which the value is one; none if it may be anything else."""
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    structs = [each.cls for each in kinds if isinstance(each, inspect.StructType)]
    return tuple(_STANDS_FOR[struct] for struct in structs) if len(structs) == len(kinds) else ()


def _bounds(kind: inspect.IntType | inspect.FloatType) -> dict[str, Any]:
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    return {"low": low, "high": high, "open_low": kind.gt is not None, "open_high": kind.lt is not None}
