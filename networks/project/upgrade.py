"""Brings an older project file to today's format, one format at a time, before it is validated."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from networks.project.file_problem import Place

Fields = dict[str, msgspec.Raw]
"""The fields of a JSON object, each with its value as it stands in the file."""

_LEARNING = ("start", "loss", "optimizer", "clip", "batch_size", "epochs", "seed")
_MACHINE = ("device", "threads")
_SPLIT = ("validation", "split_seed")


class _Upgrade(NamedTuple):
    """The step from one format to the next."""

    upgraded: Callable[[Fields], Fields]
    """Returns the fields of the whole file anew. Unknown fields stay, for validation to refuse."""
    origin: Callable[[Place], Place]
    """Where the value at a place of the newer format was in the older one."""


def upgraded(data: bytes, number: int) -> bytes:
    """The file in today's format, without its line breaks; `number` is the format that it is in now.

    `data` is a JSON object. Raises DecodeError where a name in it is no text.
    """
    steps = _UPGRADES[number - 1 :]
    three_drops = b'"MultiStep"' in data and b'"third"' in data
    if not steps and not three_drops:
        return data
    fields = msgspec.json.decode(data, type=Fields)
    for step in steps:
        fields = step.upgraded(fields)
    return msgspec.json.encode(_drops_became_a_list(fields) if three_drops else fields)


def origin(place: Place, number: int) -> Place:
    """Where the value at this place of today's format was in a file of format `number`."""
    for step in reversed(_UPGRADES[number - 1 :]):
        place = step.origin(place)
    return place


def _blocks_came(file: Fields) -> Fields:
    """1 to 2: everything that was added has a default, and the rest means the same."""
    return file


def _sections_came(file: Fields) -> Fields:
    """2 to 3: the recipe was one flat list, and the data set held the validation share and split seed."""
    recipe = _fields(file.get("recipe"))
    if recipe is None:
        return file
    for section, names in (("learning", _LEARNING), ("machine", _MACHINE)):
        # a field with the section's name was unknown to this format: inside the section it will be refused
        if moved := _taken(recipe, (*names, section)):
            recipe[section] = _raw(moved)
    if "data" in recipe:
        dataset = _fields(recipe["data"])
        if dataset is None:
            recipe["data"] = _raw({"dataset": recipe["data"]})
        else:
            split = _taken(dataset, _SPLIT)
            recipe["data"] = _raw(split | {"dataset": _raw(dataset)})
    return file | {"recipe": _raw(recipe)}


def _drops_became_a_list(file: Fields) -> Fields:
    """For some weeks format 3 had three numbers where `MultiStep` has any number of drops; 0 was none."""
    recipe = _fields(file.get("recipe"))
    learning = None if recipe is None else _fields(recipe.get("learning"))
    schedule = None if learning is None else _fields(learning.get("schedule"))
    if recipe is None or learning is None or schedule is None:
        return file
    drops = _taken(schedule, ("first", "second", "third"))
    at = [drop for drop in map(bytes, drops.values()) if drop != b"0"]
    schedule["at"] = msgspec.Raw(b"[" + b",".join(at) + b"]")
    learning["schedule"] = _raw(schedule)
    recipe["learning"] = _raw(learning)
    return file | {"recipe": _raw(recipe)}


def _before_sections(place: Place) -> Place:
    match place:
        case ("recipe", "learning" | "machine", *rest):
            return ("recipe", *rest)
        case ("recipe", "data", "dataset", *rest):
            return ("recipe", "data", *rest)
    return place


_UPGRADES = (_Upgrade(_blocks_came, lambda place: place), _Upgrade(_sections_came, _before_sections))
"""The first from format 1 to 2, and so on; the last one leads to today's format."""
FORMAT = 1 + len(_UPGRADES)
"""Number of today's format; a file with a higher one comes from a newer Backbone.

Format 1 had no blocks and groups, no frozen layers, no names with dots or hyphens, no scale of images, no
published weights, and fewer layers. Format 2 had a recipe without sections.
"""


def _fields(value: msgspec.Raw | None) -> Fields | None:
    """The fields of a JSON object; None for anything else, which is left for validation to refuse."""
    if value is None or not bytes(value).startswith(b"{"):
        return None
    return msgspec.json.decode(value, type=Fields)


def _taken(fields: Fields, names: tuple[str, ...]) -> Fields:
    """Takes the fields of these names out, in the order of the names."""
    return {name: fields.pop(name) for name in names if name in fields}


def _raw(fields: Fields) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(fields))
