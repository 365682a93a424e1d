"""The augmentations, declared: how training images are changed in every epoch, one class in one file each."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from networks.core.declared import Closed, catalog
from networks.recipes.augmentation import (
    blur,
    brightness,
    contrast,
    cutmix,
    erasing,
    horizontal_flip,
    hue,
    mixup,
    noise,
    padded_crop,
    resized_crop,
    rotation,
    saturation,
    scale,
    shift,
    vertical_flip,
)
from networks.recipes.augmentation.base import Augmentation

AUGMENTATIONS = catalog(
    Augmentation,
    shift.__name__,
    scale.__name__,
    rotation.__name__,
    padded_crop.__name__,
    resized_crop.__name__,
    horizontal_flip.__name__,
    vertical_flip.__name__,
    brightness.__name__,
    contrast.__name__,
    saturation.__name__,
    hue.__name__,
    blur.__name__,
    noise.__name__,
    erasing.__name__,
    mixup.__name__,
    cutmix.__name__,
)
"""In the order in which they are offered."""

AnyAugmentation = Closed[Augmentation]

MOST_STEPS = 24
Steps = Annotated[tuple[AnyAugmentation, ...], Meta(max_length=MOST_STEPS)]
"""What is done to each training image, in this order; validation images are never changed."""


def made_while_decoding(steps: Steps) -> int:
    """How many of the first steps are made while pictures are decoded, where each batch decodes its own."""
    return next((place for place, step in enumerate(steps) if not step.upright), len(steps))


def partners(steps: Steps) -> int:
    """How many other images are mixed into each image: one for each step that makes one image of two.

    With any, images belong to several classes, so that the loss has to take soft targets.
    """
    return sum(step.kind == "mixing" for step in steps)
