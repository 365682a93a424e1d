"""Making images brighter and darker."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, times


class Brightness(Augmentation, frozen=True):
    """Makes the image brighter or darker."""

    title: ClassVar = "Brightness"
    kind: ClassVar = "pixels"
    function: ClassVar = "brightened"

    strength: Annotated[
        float, real("Strength", "How much at most: 0.2 multiplies all pixels by 0.8 to 1.2.", 0.0, 1.0)
    ] = 0.15
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{percent} %", percent=f"{100 * self.strength:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return times(*numbers)
