"""Projects that differ in one number."""

from __future__ import annotations

from msgspec.structs import replace

from networks.project.project import Project, first_project
from networks.recipes.recipe import with_settings

FIRST = first_project()


def with_epochs(epochs: int) -> Project:
    """The first project, trained for this many epochs."""
    return replace(FIRST, recipe=with_settings(FIRST.recipe, epochs=epochs))
