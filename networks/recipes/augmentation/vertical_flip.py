"""Swapping top and bottom."""

from __future__ import annotations

from typing import ClassVar

from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability


class VerticalFlip(Augmentation, frozen=True):
    """Swaps top and bottom: for images without an upper side, such as cells and views from above."""

    title: ClassVar = "Vertical flip"
    kind: ClassVar = "geometry"
    upright: ClassVar = True
    function: ClassVar = "flipped_vertically"

    probability: Probability = 0.5

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return message("flipped")
