"""Adding noise to images."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability


class Noise(Augmentation, frozen=True):
    """Adds normally distributed noise to every pixel, like a camera in the dark."""

    title: ClassVar = "Noise"
    kind: ClassVar = "pixels"
    function: ClassVar = "noised"

    sigma: Annotated[
        float, real("Sigma", "Its standard deviation, where 1 is the distance from black to white.", 0.0, 1.0)
    ] = 0.05
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("σ {sigma}", sigma=f"{self.sigma:g}")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        return message("every pixel")
