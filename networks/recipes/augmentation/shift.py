"""Moving images sideways, up and down."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability, signed


class Shift(Augmentation, frozen=True):
    """Moves the image to any side, so that the network learns not to mind where a thing is."""

    title: ClassVar = "Shift"
    kind: ClassVar = "geometry"
    upright: ClassVar = True
    function: ClassVar = "shifted"

    distance: Annotated[
        float, real("Distance", "How far at most, as a share of width and height.", 0.0, 1.0)
    ] = 0.08
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("±{percent} %", percent=f"{100 * self.distance:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        across, down = -numbers[2], -numbers[5]
        return message("{across}, {down} px", across=signed(across), down=signed(down))
