"""Moving images by whole pixels, as is usual for CIFAR."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import whole
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, signed


class PaddedCrop(Augmentation, frozen=True):
    """Adds a black border and cuts out an image of the old size: a shift by whole pixels, without blur."""

    title: ClassVar = "Crop with padding"
    kind: ClassVar = "geometry"
    upright: ClassVar = True
    function: ClassVar = "cropped"

    padding: Annotated[
        int, whole("Padding", "Width of the border: how far the image moves at most.", 0, 512, unit="px")
    ] = 4
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{padding} px", padding=self.padding)

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        across, down = -numbers[2], -numbers[5]
        return message("{across}, {down} px", across=signed(across, 0), down=signed(down, 0))
