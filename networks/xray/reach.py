"""What one number of a network can see of the layers before it, as frames on their maps."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.xray.value_place import ValuePlace


class SeenBox(msgspec.Struct, frozen=True, eq=False):
    """A part of a map, in shares of its height and width: the smallest box around all that is seen.

    `gaps` says which pixels of the box are seen, where that is not all of them, as with a dilation.
    """

    top: float
    left: float
    bottom: float
    right: float
    gaps: NDArray[np.bool_] | None = None


class Reach(msgspec.Struct, frozen=True, eq=False):
    """The number, and by layer what it sees; its own layer has a frame around the number itself."""

    place: ValuePlace
    frames: Mapping[str, SeenBox]
