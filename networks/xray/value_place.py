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
