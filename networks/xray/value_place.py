"""The place of one number inside a network: what people point at, follow and have explained."""

from __future__ import annotations

import msgspec


class ValuePlace(msgspec.Struct, frozen=True):
    """One number of what leaves a layer for the probe.

    `at` is (channel, row, column) of an image, or (index,) of a vector, without the batch axis. Empty at an
    end of the network, it means the loss there.
    """

    layer: str
    at: tuple[int, ...]

    @property
    def is_loss(self) -> bool:
        """Whether it means the loss at an end of the network."""
        return not self.at


class GradientPlace(ValuePlace, frozen=True):
    """The gradient of the loss by one number: of what leaves a layer, or of what the layer has learned.

    With `weight`, torch's name of a learned tensor within the layer, `at` is a position in that tensor.
    """

    weight: str | None = None

    @property
    def is_loss(self) -> bool:
        """Never: the gradient of the loss by itself is 1, and needs no explanation."""
        return False
