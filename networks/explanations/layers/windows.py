"""What all layers with windows share: the places that a window covers, and the pixels that windows read."""

from __future__ import annotations

import numpy as np

from networks.explanations.core.axes import Axis
from networks.explanations.core.explainer import Mask
from networks.explanations.core.places import Places, Positions, along


def window_places(image: int, channels: Positions, rows: Positions, columns: Positions) -> Places:
    """channels×rows×columns of the input; −1 among rows and columns is padding."""
    outside = along(rows < 0, 1, 3) | along(columns < 0, 2, 3)
    index = (np.array(image), along(channels, 0, 3), along(rows, 1, 3), along(columns, 2, 3))
    return Places("input", 0, index, outside if outside.any() else None)


def pixels_read(wanted: Mask, rows: Axis, columns: Axis) -> Mask:
    """For each channel the pixels that any of the wanted ones read."""
    # mostly a few of many: whole products would be shared out among threads, which wait for each other
    high, wide = np.flatnonzero(wanted.any((0, 2))), np.flatnonzero(wanted.any((0, 1)))
    few = wanted[:, high][:, :, wide].astype(np.float32)
    found: Mask = (rows.reads[high].T @ few @ columns.reads[wide]) > 0
    return found
