"""How a network learns, in three sections: data, learning and machine."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from msgspec.structs import fields, replace

from networks.recipes.data_section import Data
from networks.recipes.learning_section import Learning
from networks.recipes.machine_section import Machine


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything besides the network that decides what comes out of training.

    The same network, recipe, machine and number of threads give the same curve, bit for bit.
    """

    data: Data = Data()
    learning: Learning = Learning()
    machine: Machine = Machine()


def images_at_once(recipe: Recipe) -> int:
    """How many images go through the network at once in a whole batch: all of it, or its largest part.

    Raises UserError where the images cannot be had.
    """
    training, _ = recipe.data.sizes()
    return -(-min(recipe.learning.batch_size, training) // recipe.learning.accumulation)


def section_of(setting: str) -> str:
    """The name of the section that declares a setting. Raises KeyError if none does."""
    return _sections()[setting]


def with_settings(recipe: Recipe, **settings: Any) -> Recipe:
    """The recipe with other settings, such as `epochs=5, device="cuda"`, each in its own section.

    The values are taken unchecked, as by `msgspec.structs.replace`.
    """
    for name, value in settings.items():
        section = section_of(name)
        recipe = replace(recipe, **{section: replace(getattr(recipe, section), **{name: value})})
    return recipe


@cache
def _sections() -> dict[str, str]:
    """No two sections share the name of a setting, so that options of the command line can stay flat."""
    return {field.name: section.name for section in fields(Recipe) for field in fields(type(section.default))}
