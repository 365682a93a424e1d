"""Augmentation as it is usual in the field, ready to be taken."""

from __future__ import annotations

import msgspec

from networks.core.message import Message, message
from networks.recipes.augmentation import Steps
from networks.recipes.augmentation.base import Augmentation
from networks.recipes.augmentation.brightness import Brightness
from networks.recipes.augmentation.contrast import Contrast
from networks.recipes.augmentation.erasing import Erasing
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.noise import Noise
from networks.recipes.augmentation.padded_crop import PaddedCrop
from networks.recipes.augmentation.resized_crop import ResizedCrop
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.scale import Scale
from networks.recipes.augmentation.shift import Shift


class AugmentationPreset(msgspec.Struct, frozen=True):
    """Steps under a name; `name` is the word on the command line."""

    name: str
    title: str
    short: str
    """The title where there is little room."""
    help: str
    steps: Steps


AUGMENTATION_PRESETS = (
    AugmentationPreset("none", "none", "none", "Every epoch trains on the same images.", ()),
    AugmentationPreset(
        "light",
        "light",
        "light",
        "A little shift, rotation, scale and brightness: for digits, letters and other small images.",
        (Shift(), Rotation(), Scale(), Brightness()),
    ),
    AugmentationPreset(
        "cifar",
        "CIFAR standard",
        "CIFAR",
        "Four pixels of padding, a crop and a flip, as nearly all papers on CIFAR-10 have it.",
        (PaddedCrop(), HorizontalFlip()),
    ),
    AugmentationPreset(
        "imagenet",
        "ImageNet standard",
        "ImageNet",
        "A random resized crop and a flip, as ImageNet networks are trained: for larger photographs.",
        (ResizedCrop(), HorizontalFlip()),
    ),
    AugmentationPreset(
        "strong",
        "strong",
        "strong",
        "Much of everything that keeps digits and letters readable: where few images are to last long.",
        (
            Shift(distance=0.12),
            Rotation(degrees=15.0),
            Scale(factor=0.2),
            Brightness(strength=0.3),
            Contrast(strength=0.3),
            Noise(),
            Erasing(largest=0.2),
        ),
    ),
)


def preset_of(steps: Steps) -> AugmentationPreset | None:
    """The preset with exactly these steps, if there is one."""
    return next((preset for preset in AUGMENTATION_PRESETS if preset.steps == steps), None)


def steps_in_words(steps: Steps) -> Message:
    """The name of the preset, or those of the steps: `light`, `Shift, Mixup`."""
    if (preset := preset_of(steps)) is not None:
        return message(preset.title)
    told = message(steps[0].name())
    for step in steps[1:]:
        told = message("{first}, {second}", first=told, second=message(step.name()))
    return told


def steps_change(old: Steps, new: Steps) -> Message:
    """What has changed: `Augmentation none → light`, or of the same steps `Shift ±8 % → ±20 %`."""
    if old == new or [*map(type, old)] != [*map(type, new)]:
        return message("Augmentation {old} → {new}", old=steps_in_words(old), new=steps_in_words(new))
    told = [
        message("{step} {old} → {new}", step=message(was.name()), old=_said(was), new=_said(now))
        for was, now in zip(old, new, strict=True)
        if was != now
    ]
    found = told[0]
    for each in told[1:]:
        found = message("{first}, {second}", first=found, second=each)
    return found


def _said(step: Augmentation) -> Message:
    """The strength and, where it is not applied to all images, the probability."""
    share = message("{percent} % of the images", percent=f"{100 * step.probability:g}")
    if not str(step.amount()):
        return share
    if step.probability == 1:
        return step.amount()
    return message("{amount} in {share}", amount=step.amount(), share=share)
