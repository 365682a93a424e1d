"""The steps of a recipe's augmentation as functions."""

from __future__ import annotations

from networks.data.augmentation import geometry, mixing, pixels
from networks.data.augmentation.batch import Step
from networks.recipes.augmentation import Steps

_FILES = {"geometry": geometry, "pixels": pixels, "mixing": mixing}


def steps_of(augmentation: Steps) -> tuple[Step, ...]:
    """The steps with the functions that make them; training scripts print the same ones."""
    return tuple(
        Step(each.kind, getattr(_FILES[each.kind], each.function), each.options()) for each in augmentation
    )
