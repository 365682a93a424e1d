"""Turning images."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, signed


class Rotation(Augmentation, frozen=True):
    """Turns the image around its middle; much of it makes a 6 a 9."""

    title: ClassVar = "Rotation"
    kind: ClassVar = "geometry"
    function: ClassVar = "rotated"

    degrees: Annotated[float, real("Angle", "How far at most, to either side.", 0.0, 180.0, unit="°")] = 10.0
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{degrees}°", degrees=f"{self.degrees:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        angle = math.degrees(math.atan2(numbers[3], numbers[0]))
        return message("{degrees}°", degrees=signed(angle))
