"""What is dragged over the canvas, read from the drag's data with the care that a stranger's data gets."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from networks.blocks import BLOCKS
from networks.blocks.base import Block
from networks.core.message import UserError
from networks.graph.saved_blocks import saved_from_json
from networks.layers import LAYERS
from networks.layers.base import Layer
from widgets.canvas.input.wishes import Thing
from widgets.palette.drag import LAYER_MIME, SAVED_MIME


def dragged(data: QMimeData) -> Thing | None:
    """A layer or block with its default parameters, or a saved block; None for anything else."""
    if data.hasFormat(SAVED_MIME):
        try:
            return saved_from_json(bytes(data.data(SAVED_MIME).data()))
        except UserError:
            return None  # not from our palette; the pointer shows that it cannot be dropped
    if not data.hasFormat(LAYER_MIME):
        return None
    name = bytes(data.data(LAYER_MIME).data()).decode("utf-8", "replace")
    kinds: tuple[type[Layer] | type[Block], ...] = (*LAYERS, *BLOCKS)
    return next((kind() for kind in kinds if kind.__name__ == name), None)
