"""Settings of a project as they are typed: `optimizer=SGD`, `lr=0.1`, `conv1.filters=8`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from networks.core.fields import Field, changed_at, fields_of
from networks.core.message import UserError, message
from networks.project.project import Project
from networks.project.settings import with_setting
from networks.project.sweeping import path_of
from networks.project.typed_values import names_of


def with_typed_settings(project: Project, typed: Sequence[str]) -> Project:
    """The project with each of these settings, in their order: the optimizer first, then its parameters.

    Raises UserError where there is no such setting, or it does not take the value.
    """
    for words in typed:
        name, equals, value = (part.strip() for part in words.partition("="))
        if not equals:
            raise UserError(message("Expected SETTING=VALUE, such as lr=0.1, got “{words}”.", words=words))
        if (choice := _choices(project).get(name)) is not None:
            project = _with_type(project, *choice, value)
        else:
            _, project = with_setting(project, path_of(project, name), value)
    return project


def _choices(project: Project) -> dict[str, tuple[str, Field]]:
    """Path and field of each setting of the recipe that is one of several types, by its path and its name."""
    found: dict[str, tuple[str, Field]] = {}
    for path, field in _fields(project):
        if field.kind == "union" and path != "data.dataset":
            found |= dict.fromkeys((path, field.name), (path, field))
    return found


def _fields(project: Project) -> Iterator[tuple[str, Field]]:
    for section in fields_of(type(project.recipe)):
        for field in fields_of(section.types[0]):
            yield f"{section.name}.{field.name}", field


def _with_type(project: Project, path: str, field: Field, value: str) -> Project:
    wanted = value.casefold()
    for kind in field.types:
        if wanted in names_of(kind):
            return replace(project, recipe=changed_at(project.recipe, path, kind()))
    raise UserError(
        message(
            "{path}={value}: choose one of {kinds}.",
            path=path,
            value=value,
            kinds=", ".join(kind.__name__ for kind in field.types),
        )
    )
