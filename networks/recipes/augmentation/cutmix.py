"""Putting parts of images into others."""

from __future__ import annotations

from typing import ClassVar

from networks.core.message import Message
from networks.recipes.augmentation.base import Mixing, Probability, patch


class CutMix(Mixing, frozen=True):
    """Puts a rectangle of another image in and asks for both classes, by their areas (Yun et al. 2019)."""

    title: ClassVar = "CutMix"
    function: ClassVar = "cut_and_mixed"

    probability: Probability = 0.5

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return patch(*numbers)
