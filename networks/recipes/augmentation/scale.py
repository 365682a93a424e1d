"""Enlarging and shrinking images."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, times


class Scale(Augmentation, frozen=True):
    """Enlarges or shrinks the image around its middle, so that the network learns things of any size."""

    title: ClassVar = "Scale"
    kind: ClassVar = "geometry"
    upright: ClassVar = True
    function: ClassVar = "scaled"

    factor: Annotated[
        float, real("Factor", "How much larger or smaller at most: 0.1 means 10 %.", 0.0, 0.9)
    ] = 0.1
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{percent} %", percent=f"{100 * self.factor:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return times(1 / numbers[0])
