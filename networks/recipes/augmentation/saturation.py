"""Making colours stronger and paler."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, times


class Saturation(Augmentation, frozen=True):
    """Makes colours stronger or paler; grey images stay as they are."""

    title: ClassVar = "Saturation"
    kind: ClassVar = "pixels"
    function: ClassVar = "saturated"
    colours: ClassVar = True

    strength: Annotated[
        float,
        real("Strength", "How much at most: 0.2 multiplies the distance from grey by 0.8 to 1.2.", 0.0, 1.0),
    ] = 0.2
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{percent} %", percent=f"{100 * self.strength:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return times(*numbers)
