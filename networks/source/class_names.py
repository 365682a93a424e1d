"""Names for classes and their parameters, taken from blocks, layers and paths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from networks.blocks.base import Block
from networks.core.shapes import Shape
from networks.graph.network import RESERVED
from networks.source.identifiers import class_name, free, variable_name
from networks.source.torch_signatures import DEFAULTS, SIZES

_SHORT = {"BatchNorm2d": "BN", "BatchNorm1d": "BN", "AvgPool2d": "Pool", "MaxPool2d": "Pool"}
_MOST_NAMED = 4
"""Up to this many layers a sequence is named after them."""


class Constant(NamedTuple):
    """A constant in a class's body: the member or line it stands in, the argument it is, its value."""

    where: str
    role: str
    value: Any


class Parameter(NamedTuple):
    """One parameter of a class: the constants that it replaces, and its value for each object.

    `size` says whether it is a number of channels or features, `optional` whether it has a `default`.
    """

    name: str
    size: bool
    places: tuple[int, ...]
    values: tuple[Any, ...]
    optional: bool
    default: Any


def parameters_of(
    constants: Sequence[Sequence[Constant]],
    came: Sequence[Shape],
    gave: Sequence[Shape],
    blocks: Sequence[Block | None],
    taken: Collection[str],
) -> tuple[Parameter, ...]:
    """The parameters of a class, given the constants of each object; constants that always agree share one.

    `came` and `gave` are the objects' input and output shapes, `taken` are names already in use.
    """
    columns = [tuple(some[place].value for some in constants) for place in range(len(constants[0]))]
    sizes = {
        _typed(column)
        for column, constant in zip(columns, constants[0], strict=True)
        if constant.role in SIZES
    }
    merged: dict[tuple[bool, str, tuple[Any, ...]], list[int]] = {}
    for place, column in enumerate(columns):
        typed = _typed(column)
        if len(set(typed)) > 1:
            role = constants[0][place].role
            # a depthwise convolution has as many groups as channels
            size = role in SIZES or (role == "groups" and typed in sizes)
            merged.setdefault((size, "width" if size else role or "value", typed), []).append(place)
    found: list[Parameter] = []
    for (size, role, _), places in merged.items():
        column, where = columns[places[0]], constants[0][places[0]].where
        names = [
            *(_size_names(column, came, gave) if size else ()),
            *_fields(column, blocks),
            role,
            *([f"{variable_name(where)}_{role}"] if where.isidentifier() else ()),
        ]
        used = {*taken, *(other.name for other in found), *RESERVED}
        name = next((name for name in names if free(name, used) == name), None) or free(role, used)
        default = None if size else _default(role, column)
        found.append(Parameter(name, size, tuple(places), column, default is not None, default))
    order = ("in_channels", "channels", "in_features")
    return tuple(
        sorted(found, key=lambda c: (c.optional, not c.size, c.name not in order, c.name.startswith("out_")))
    )


def _typed(column: Iterable[Any]) -> tuple[Any, ...]:
    return tuple((type(value).__name__, value) for value in column)


def _size_names(column: Sequence[Any], came: Sequence[Shape], gave: Sequence[Shape]) -> list[str]:
    comes = all(shape and shape[0] == value for shape, value in zip(came, column, strict=True))
    goes = all(shape and shape[0] == value for shape, value in zip(gave, column, strict=True))
    kind = "features" if all(len(shape) == 1 for shape in (*came, *gave)) else "channels"
    if comes and goes:
        return [kind]
    return [f"in_{kind}"] if comes else [f"out_{kind}"] if goes else []


def _fields(column: Sequence[Any], blocks: Sequence[Block | None]) -> list[str]:
    """The fields of the declared blocks that have these values."""
    known = [block for block in blocks if block is not None]
    if len(known) < len(blocks) or len({type(block) for block in known}) > 1:
        return []
    values = [msgspec.structs.asdict(block) for block in known]
    return [name for name in values[0] if [each[name] for each in values] == list(column)]


def _default(role: str, column: Sequence[Any]) -> Any:
    """torch's default for this option, if some object uses it."""
    for options in DEFAULTS.values():
        if role in options and any(value == options[role] for value in column):
            return options[role]
    return None


def base_name(paths: Sequence[str], blocks: Sequence[Block | None], targets: Sequence[str] | None) -> str:
    """A name for a class, not yet unique: its block's, or made of its few layers or of its path.

    `targets` are what its members call, where it is a sequence of plain layers.
    """
    kinds = {type(block) for block in blocks}
    if len(kinds) == 1 and (kind := kinds.pop()) is not type(None):
        return kind.__name__
    if targets is not None and 1 < len(targets) <= _MOST_NAMED and len(paths) > 1:
        return "".join(_short(target) for target in targets)
    names = Counter(_from_path(path) for path in paths)
    return names.most_common(1)[0][0]


def _short(target: str) -> str:
    name = target.rpartition(".")[2]
    return _SHORT.get(name, re.sub(r"\dd$", "", name))


def _from_path(path: str) -> str:
    """`Denselayer` for features.denseblock1.denselayer2, `FeaturesBlock` for features.3."""
    *outer, last = path.split(".")
    name = class_name(re.sub(r"[\d_-]+$", "", last))
    if name:
        return name
    holder = next((found for each in reversed(outer) if (found := class_name(re.sub(r"\d+$", "", each)))), "")
    return f"{holder}Part" if holder.endswith("Block") else f"{holder}Block"
