"""Turning colours into others."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, signed


class Hue(Augmentation, frozen=True):
    """Turns all colours on the colour circle; grey images stay as they are."""

    title: ClassVar = "Hue"
    kind: ClassVar = "pixels"
    function: ClassVar = "hue_turned"
    colours: ClassVar = True

    strength: Annotated[
        float,
        real(
            "Strength",
            "How far at most, as a share of the colour circle: 0.5 reaches the opposite colours.",
            0.0,
            0.5,
        ),
    ] = 0.05
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{degrees}°", degrees=f"{360 * self.strength:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return message("{degrees}°", degrees=signed(360 * numbers[0]))
