"""What is chosen in the room, and what of the network there is to choose from."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.xray.heat import Ground, Randomization


class Choice(msgspec.Struct, frozen=True):
    """Which heat map is wished for. `label` is None for whatever the network answers.

    `layer` is empty for the last one that has maps, `patch` 0 for a size that suits the picture.
    """

    method: str = "occlusion"
    label: int | None = None
    other: int | None = None
    layer: str = ""
    ground: Ground = "black"
    patch: int = 0


class Outcome(msgspec.Struct, frozen=True, eq=False):
    """How the test of a method ended, with the picture (height×width×channels) and the weights tested."""

    found: Randomization
    pixels: NDArray[np.uint8]
    about: str = ""


class Scene(msgspec.Struct, frozen=True, eq=False):
    """What stands around a heat map: the picture height×width×channels, classes, layers with maps, words."""

    pixels: NDArray[np.uint8]
    names: tuple[str, ...]
    layers: tuple[str, ...]
    label: int | None
    answer: NDArray[np.float64]
    """The probability of each class."""
    average: float = 0.5
    """How light the average of the training pictures is, from 0 to 1."""
    network: str = ""
    probe: str = ""
    weights: str = ""

    @property
    def best(self) -> int:
        """The class that the network answers."""
        return int(np.nan_to_num(self.answer).argmax())

    @property
    def second(self) -> int:
        """The right class where the network answers another one; otherwise its second choice."""
        if self.label is not None and self.label != self.best:
            return self.label
        return int(np.argsort(-np.nan_to_num(self.answer), kind="stable")[1])
