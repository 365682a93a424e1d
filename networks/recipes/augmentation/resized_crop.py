"""Cutting out a part and enlarging it, as is usual for ImageNet."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, patch


class ResizedCrop(Augmentation, frozen=True):
    """Cuts out a part and enlarges it to the whole image: for photographs in which things are large."""

    title: ClassVar = "Random resized crop"
    kind: ClassVar = "geometry"
    upright: ClassVar = True
    function: ClassVar = "crop_resized"

    smallest: Annotated[
        float, real("Smallest area", "The share of the image that is left at least.", 0.01, 1.0)
    ] = 0.08
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("from {percent} %", percent=f"{100 * self.smallest:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return patch(*numbers[6:])
