"""What was changed between two projects, in words: settings with old and new values, and layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from networks.core.declared import Declared
from networks.core.fields import Field, fields_of
from networks.core.message import Message, message, plural
from networks.graph.network import Network
from networks.presets.nearest import alike, nearest, network_of
from networks.project.network_difference import SKIPS, network_changes
from networks.project.project import Project
from networks.recipes.augmentation.presets import steps_in_words
from networks.recipes.recipe import with_settings

ARROW = "{title} {old} → {new}"


def difference(old: Project, new: Project) -> tuple[Message, ...]:
    """Every change that leads from one project to the other, those of the network first.

    Nothing where the two are equal, and at least one change where they are not.
    """
    return (
        *_network_changes(old.network, new.network),
        *parameter_changes(old.recipe, new.recipe),
    )


def summary(changes: Sequence[Message], most: int = 2) -> Message:
    """The first of some changes, and how many more there are: `Tanh → ReLU, Epochs 20 → 40 and 2 more`."""
    if not changes:
        return message("nothing changed")
    told = changes[0]
    for change in changes[1:most]:
        told = message("{first}, {second}", first=told, second=change)
    left = len(changes) - most
    if left <= 0:
        return told
    return plural("{told} and {count} more", "{told} and {count} more", count=left, told=told)


def run_name(
    project: Project, before: Project | None = None, called: str | None = None
) -> tuple[str | None, Message]:
    """What to call a run of a project: the network's name, and what was changed since the run before.

    `before` is what that run trained, and `called` what its network was called. The name is that of the
    preset from which the network comes, None where it comes from none. Where another preset stands at its
    place, its recipe alone is compared with the last one; a preset without its skips keeps its name.
    """
    preset = nearest(project.network)
    if before is not None:
        changes = difference(before, project)
        previous = nearest(before.network)
        same = previous == preset and (preset is not None or alike(before.network, project.network))
        if same or (changes and changes[0] in SKIPS):
            return called, summary(changes) if changes else message("same again")
    name = None if preset is None else preset.name
    since = [] if preset is None else [*_network_changes(network_of(preset), project.network)]
    if before is not None:
        since += parameter_changes(before.recipe, project.recipe)
    if since:
        return name, summary(since)
    return name, message("as first built") if preset is None else message("as published")


def _network_changes(old: Network, new: Network) -> Iterator[Message]:
    return network_changes(old, new, parameter_changes)


def parameter_changes(old: msgspec.Struct, new: msgspec.Struct) -> Iterator[Message]:
    """The parameters of two declared values that differ, each with its old and its new value.

    Of values of different types, only what both have is compared.
    """
    before = {field.name: field for field in fields_of(type(old))}
    for field in fields_of(type(new)):
        if field.name not in before:
            continue
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was == now:
            continue
        if field.kind == "union" and type(was) is not type(now):
            yield _change(field.title, _value(before[field.name], was), _value(field, now))
        if field.kind in ("union", "struct"):
            yield from parameter_changes(was, now)
        elif field.kind == "list" and [*map(type, was)] == [*map(type, now)]:
            for old_step, new_step in zip(was, now, strict=True):
                for change in parameter_changes(old_step, new_step):
                    yield message("{of}: {change}", of=message(type(new_step).name()), change=change)
        else:
            yield _change(field.title, _value(before[field.name], was), _value(field, now))


def _change(title: str, old: Message | str, new: Message | str) -> Message:
    return message(ARROW, title=message(title), old=old, new=new)


def _value(field: Field, value: Any) -> Message | str:
    """A parameter's value as people say it: `0.001`, `3×3`, `on`, `SGD`."""
    if field.kind == "flag":
        return message("on") if value else message("off")
    if field.kind == "list":
        return steps_in_words(value)
    if field.kind == "numbers":
        return ", ".join(map(str, value)) or message("none")
    if field.kind == "pair":
        return "×".join(str(size) for size in value)
    if isinstance(value, Declared):
        return message(type(value).name())
    if field.kind == "choice" or value == field.special:
        return message(field.label_of(value))
    if value == 0 and field.zero:
        return message(field.zero)
    if isinstance(value, float):
        return number(value)
    return str(value)


def number(value: float) -> str:
    """A number as it was typed, as short as it can be: `0.001`, `1e-8`, `5`."""
    text = repr(value).removesuffix(".0")
    return text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def same_but_length(one: Project, other: Project) -> bool:
    """Whether two projects train alike, if for another number of epochs or in another number of threads."""
    learning, threads = one.recipe.learning, one.recipe.machine.threads
    recipe = with_settings(other.recipe, epochs=learning.epochs, stopping=learning.stopping, threads=threads)
    return one.network == other.network and one.recipe == recipe
