"""What one number of a network can see of the layers before it, as frames on their maps."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from networks.xray.value_place import ValuePlace


class Frame(msgspec.Struct, frozen=True):
    """A part of a map, in shares of its height and width: the smallest box around all that is seen."""

    top: float
    left: float
    bottom: float
    right: float


class Reach(msgspec.Struct, frozen=True):
    """The number, and by layer what it sees; its own layer has a frame around the number itself."""

    place: ValuePlace
    frames: Mapping[str, Frame]
