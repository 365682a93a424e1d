"""What can be changed in a run that goes on: numbers of the recipe that no step before depends on."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from networks.core.fields import changed_at, field_at, fields_of, value_at
from networks.core.message import Message, message
from networks.recipes.recipe import Recipe

_OPTIMIZER = ("lr", "momentum", "beta1", "weight_decay")
"""Parameters of optimizers that a step reads anew."""
_LEARNING = ("clip", "dropout", "epochs", "stopping.patience", "stopping.target")


class Change(msgspec.Struct, frozen=True):
    """One number of the recipe that was changed while the run went on, after `step` steps."""

    step: int
    path: str
    """Of the number in the recipe, such as `learning.optimizer.lr`."""
    value: float


class Running(msgspec.Struct, frozen=True):
    """A run that goes on: what it is called, and its recipe with all that was changed since it began."""

    title: str
    recipe: Recipe

    def steered_by(self, recipe: Recipe) -> tuple[str, ...]:
        """Paths of the numbers in another recipe, the one that is shown, that also change this run."""
        alike = type(self.recipe.learning.optimizer) is type(recipe.learning.optimizer)
        return tuple(path for path in steerable(recipe) if alike or "optimizer" not in path)


def steerable(recipe: Recipe) -> tuple[str, ...]:
    """Paths of the numbers in this recipe that can be changed while it trains."""
    names = {field.name for field in fields_of(type(recipe.learning.optimizer))}
    optimizer = tuple(f"learning.optimizer.{name}" for name in _OPTIMIZER if name in names)
    return *optimizer, *(f"learning.{name}" for name in _LEARNING)


def steered(running: Recipe, old: Recipe, new: Recipe) -> dict[str, float]:
    """What an edit from the old to the new recipe changes in a run with the recipe `running`.

    Nothing where the edit changes anything that has to wait for the next run, or another optimizer's numbers.
    """
    found: dict[str, float] = {}
    rest = old
    for path in steerable(old):
        if type(new.learning.optimizer) is not type(old.learning.optimizer):
            return {}
        value = value_at(new, path)
        if value != value_at(old, path):
            found[path] = value
            rest = changed_at(rest, path, value)
    if rest != new:
        return {}
    same_optimizer = type(running.learning.optimizer) is type(new.learning.optimizer)
    return {
        path: value
        for path, value in found.items()
        if same_optimizer or not path.startswith("learning.optimizer.")
    }


def with_change(recipe: Recipe, path: str, value: float) -> Recipe:
    """The recipe with one number changed. Raises ValueError where that number cannot be steered.

    Raises msgspec.ValidationError, which is a ValueError, where the number is out of its bounds.
    """
    if path not in steerable(recipe):
        raise ValueError(f"{path} cannot be changed while a run goes on")
    if not math.isfinite(value):
        raise ValueError(f"expected a number, got {value}")
    number: Any = int(value) if isinstance(value_at(recipe, path), int) else float(value)
    return changed_at(recipe, path, number)


def change_words(recipe: Recipe, path: str, value: float) -> Message:
    """What a change does to this recipe, as in `Learning rate 0.001 → 0.0003`."""
    return message(
        "{title} {old} → {new}",
        title=message(field_at(recipe, path).title),
        old=f"{value_at(recipe, path):g}",
        new=f"{value:g}",
    )
