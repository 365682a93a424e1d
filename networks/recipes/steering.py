"""What can be changed while a run trains: numbers that each step reads anew, and the augmentation."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import msgspec

from networks.core.fields import changed_at, field_at, fields_of, value_at
from networks.core.message import Message, message
from networks.recipes.augmentation import Steps, partners
from networks.recipes.augmentation.presets import steps_change
from networks.recipes.recipe import Recipe

Value: TypeAlias = float | Steps
"""A number, or the steps of the augmentation."""
AUGMENTATION = "data.augmentation"

_OPTIMIZER = ("lr", "momentum", "beta1", "weight_decay")
"""The parameters of optimizers that each step reads anew."""
_LEARNING = ("clip", "dropout", "epochs", "stopping.patience", "stopping.target")


class Change(msgspec.Struct, frozen=True):
    """One value of the recipe that was changed during a run, after `step` steps."""

    step: int
    path: str
    """Of the value in the recipe, such as `learning.optimizer.lr`."""
    value: Value


class Course(msgspec.Struct, frozen=True):
    """The course of a run: how many epochs it trained, a begun one counted whole, and what was changed.

    Together with the project and the first weights it repeats the run step for step.
    """

    epochs: int
    changes: tuple[Change, ...] = ()


class Running(msgspec.Struct, frozen=True):
    """The run in progress: its title, and its recipe with all changes since it began."""

    title: str
    recipe: Recipe

    def steered_by(self, recipe: Recipe) -> tuple[str, ...]:
        """The paths of the values in the recipe on screen that also change this run."""
        return tuple(path for path in steerable(recipe) if _reaches(self.recipe, recipe, path))


def steerable(recipe: Recipe) -> tuple[str, ...]:
    """The paths of the values of this recipe that can be changed during training."""
    names = {field.name for field in fields_of(type(recipe.learning.optimizer))}
    optimizer = tuple(f"learning.optimizer.{name}" for name in _OPTIMIZER if name in names)
    return *optimizer, *(f"learning.{name}" for name in _LEARNING), AUGMENTATION


def steered(running: Recipe, old: Recipe, new: Recipe) -> dict[str, Value]:
    """What an edit from the old to the new recipe changes in a run with the recipe `running`.

    Nothing if part of the edit has to wait for the next run, if the run has another type of optimizer, or if
    its loss takes no mixed images.
    """
    if type(new.learning.optimizer) is not type(old.learning.optimizer):
        return {}
    found: dict[str, Value] = {}
    rest = old
    for path in steerable(old):
        value = value_at(new, path)
        if value != value_at(old, path):
            found[path] = value
            rest = changed_at(rest, path, value)
    if rest != new:
        return {}
    return {path: value for path, value in found.items() if _reaches(running, new, path)}


def _reaches(running: Recipe, new: Recipe, path: str) -> bool:
    """Whether the value at a path of the new recipe can be used in a run with the recipe `running`."""
    if path == AUGMENTATION:
        return running.learning.loss.soft or not partners(new.data.augmentation)
    alike = type(running.learning.optimizer) is type(new.learning.optimizer)
    return alike or not path.startswith("learning.optimizer.")


def with_change(recipe: Recipe, path: str, value: Value) -> Recipe:
    """The recipe with one value changed.

    Raises ValueError if that value cannot be steered, and msgspec.ValidationError, which is a ValueError, if
    a number is out of bounds.
    """
    if path not in steerable(recipe):
        raise ValueError(f"{path} cannot be changed while a run trains")
    if isinstance(value, tuple):
        if partners(value) and not recipe.learning.loss.soft:
            raise ValueError(f"{type(recipe.learning.loss).__name__} takes no mixed images")
        return changed_at(recipe, path, value)
    if not math.isfinite(value):
        raise ValueError(f"expected a number, got {value}")
    number: Any = int(value) if isinstance(value_at(recipe, path), int) else float(value)
    return changed_at(recipe, path, number)


def change_words(recipe: Recipe, path: str, value: Value) -> Message:
    """A change of this recipe in words, such as `Learning rate 0.001 → 0.0003`."""
    if isinstance(value, tuple):
        return steps_change(value_at(recipe, path), value)
    return message(
        "{title} {old} → {new}",
        title=message(field_at(recipe, path).title),
        old=f"{value_at(recipe, path):g}",
        new=f"{value:g}",
    )
