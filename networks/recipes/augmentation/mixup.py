"""Adding images to each other."""

from __future__ import annotations

from typing import ClassVar

from networks.core.message import Message, message
from networks.recipes.augmentation.base import Alpha, Mixing


class Mixup(Mixing, frozen=True):
    """Adds another image faintly and asks for both classes in the same shares (Zhang et al. 2017)."""

    title: ClassVar = "Mixup"
    function: ClassVar = "mixed_up"

    alpha: Alpha = 0.2

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return message("{percent} % its own", percent=f"{100 * numbers[0]:.0f}")
