"""Swapping left and right."""

from __future__ import annotations

from typing import ClassVar

from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability


class HorizontalFlip(Augmentation, frozen=True):
    """Swaps left and right: right for cats and cars, wrong for digits and letters."""

    title: ClassVar = "Horizontal flip"
    kind: ClassVar = "geometry"
    upright: ClassVar = True
    function: ClassVar = "flipped"

    probability: Probability = 0.5

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return message("flipped")
