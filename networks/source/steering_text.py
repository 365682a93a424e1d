"""What training scripts contain of a run that was changed while it went on: the same changes again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace

from networks.core.fields import value_at
from networks.project.project import Project
from networks.recipes.augmentation import Steps
from networks.recipes.learning_section import Learning
from networks.recipes.recipe import Recipe
from networks.recipes.steering import AUGMENTATION, Change, Course, change_words, with_change
from networks.source.printing import literal, wrapped

_OPTIMIZER = "learning.optimizer."
_CLIP, _DROPOUT, _EPOCHS = "learning.clip", "learning.dropout", "learning.epochs"


class Repeated(NamedTuple):
    """A run as a script repeats it.

    `recipe` is the one that it began with, except that training goes through as many epochs as the run did
    and does not end early. `planned` is how many epochs were planned, which is where the schedule ends.
    `changes` holds, by the number of steps before them, those that show, each with the recipe before it.
    """

    recipe: Recipe
    planned: int
    changes: dict[int, tuple[tuple[Recipe, Change], ...]]

    def varies(self, path: str) -> bool:
        """Whether what stands at this path, or below it, is changed on the way."""
        return any(change.path.startswith(path) for some in self.changes.values() for _, change in some)

    @property
    def clips(self) -> bool:
        """Whether gradients are clipped at any time."""
        return bool(self.recipe.learning.clip) or self.varies(_CLIP)

    @property
    def scales_dropout(self) -> bool:
        """Whether dropout is ever another than on the canvas."""
        return self.recipe.learning.dropout != 1 or self.varies(_DROPOUT)

    @property
    def augmentations(self) -> dict[str, Steps]:
        """All augmentations, by the name of their table in the script."""
        found = {"AUGMENTATION": self.recipe.data.augmentation}
        for step, some in self.changes.items():
            for _, change in some:
                if isinstance(change.value, tuple):
                    found[f"AUGMENTATION_{step}"] = change.value
        return found

    @property
    def planned_name(self) -> str:
        """What the script calls the number of epochs that were planned."""
        if self.varies(_EPOCHS):
            return "planned"
        return "EPOCHS" if self.planned == self.recipe.learning.epochs else "PLANNED"

    @property
    def steps(self) -> Steps:
        """The steps of all augmentations."""
        return tuple(step for steps in self.augmentations.values() for step in steps)


def repeated(project: Project, course: Course | None) -> Repeated:
    """How a script repeats the course of a run of this project; without one it follows the recipe."""
    recipe = project.recipe
    if course is None:
        return Repeated(recipe, recipe.learning.epochs, {})
    learning = recipe.learning
    stopping = replace(learning.stopping, patience=0, target=0.0)
    straight = replace(recipe, learning=replace(learning, epochs=course.epochs, stopping=stopping))
    return Repeated(straight, learning.epochs, _effective(recipe, course))


def _effective(recipe: Recipe, course: Course) -> dict[int, tuple[tuple[Recipe, Change], ...]]:
    """The changes that show in a table: of those of one value before the same step the last one."""
    found: dict[int, tuple[tuple[Recipe, Change], ...]] = {}
    for step in dict.fromkeys(change.step for change in course.changes):
        before, last = recipe, {}
        for change in course.changes:
            if change.step == step:
                recipe = with_change(recipe, change.path, change.value)
                last[change.path] = change
        kept = [each for path, each in last.items() if value_at(before, path) != value_at(recipe, path)]
        if shown := tuple((before, each) for each in kept if _shows(recipe.learning, each.path)):
            found[step] = shown
    return found


def _shows(learning: Learning, path: str) -> bool:
    """Whether a change shows in the table of a run whose end is known."""
    if path.startswith("learning.stopping."):
        return False
    # beyond the planned end a schedule stays as it is
    return path != _EPOCHS or bool(learning.schedule.curves(learning.epochs, 1))


def varying(run: Repeated) -> Iterator[str]:
    """In `main`, what is changed while it goes on, as it is in the beginning."""
    if run.varies(_EPOCHS):
        yield "    planned = PLANNED"
    if run.varies(_CLIP):
        yield f"    clip = {literal(run.recipe.learning.clip)}"
    if run.varies(AUGMENTATION):
        yield "    augmentation = AUGMENTATION"


def changing(run: Repeated) -> Iterator[str]:
    """In the loop over the steps, the changes that are made before a step."""
    for number, (step, some) in enumerate(run.changes.items()):
        yield f"    {'elif' if number else 'if'} step == {step}:"
        for before, change in some:
            yield f"        # {change_words(before, change.path, change.value)}"
            yield from _made(before, change)


def _made(before: Recipe, change: Change) -> Iterator[str]:
    after = with_change(before, change.path, change.value)
    if change.path.startswith(_OPTIMIZER):
        old, new = (recipe.learning.optimizer.arguments() for recipe in (before, after))
        options = [f"{name}={literal(value)}" for name, value in new.items() if old[name] != value]
        yield from wrapped("        ", "set_options(", ["optimizer", *options], ")")
        return
    value: Any = value_at(after, change.path)
    match change.path:
        case "learning.clip":
            yield f"        clip = {literal(value)}"
        case "learning.dropout":
            yield f"        scale_dropout(dropouts, {literal(value)})"
        case "learning.epochs":
            yield f"        planned = {value}"
        case _:
            assert change.path == AUGMENTATION
            yield f"        augmentation = AUGMENTATION_{change.step}"
