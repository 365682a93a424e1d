"""Blurring images."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability


class Blur(Augmentation, frozen=True):
    """Blurs the image a little or a lot, like a camera that is out of focus."""

    title: ClassVar = "Blur"
    kind: ClassVar = "pixels"
    function: ClassVar = "blurred"

    sigma: Annotated[
        float,
        real("Sigma", "The largest standard deviation of the Gauss curve.", 0.1, 16.0, unit="px"),
    ] = 1.0
    probability: Probability = 0.5

    def amount(self) -> Message:
        return message("up to {sigma} px", sigma=f"{self.sigma:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return message("{sigma} px", sigma=f"{numbers[0]:.2f}")
