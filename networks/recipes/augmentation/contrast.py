"""Strengthening and weakening contrasts."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, times


class Contrast(Augmentation, frozen=True):
    """Strengthens or weakens the differences from the image’s mean grey."""

    title: ClassVar = "Contrast"
    kind: ClassVar = "pixels"
    function: ClassVar = "contrasted"

    strength: Annotated[
        float, real("Strength", "How much at most: 0.2 multiplies the differences by 0.8 to 1.2.", 0.0, 1.0)
    ] = 0.2
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{percent} %", percent=f"{100 * self.strength:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return times(*numbers)
