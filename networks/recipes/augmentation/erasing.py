"""Covering a part of images."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, patch


class Erasing(Augmentation, frozen=True):
    """Covers a rectangle, so that the network cannot rely on a single detail (Zhong et al. 2017)."""

    title: ClassVar = "Erasing"
    kind: ClassVar = "pixels"
    function: ClassVar = "erased"

    largest: Annotated[
        float, real("Largest area", "Of the rectangle, as a share of the image.", 0.0, 1.0, above=True)
    ] = 0.33
    fill: Annotated[float, real("Fill", "The grey of the rectangle: 0 is black, 1 is white.", 0.0, 1.0)] = 0.0
    probability: Probability = 0.25

    def amount(self) -> Message:
        return message("up to {percent} %", percent=f"{100 * self.largest:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return patch(*numbers)
