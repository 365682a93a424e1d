"""The receptive field: what a number of the network can see of every layer before it, up to the picture."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.shapes import Shape
from networks.explanations.core.explainer import Mask, everything, nothing
from networks.explanations.values.value import EXPLAINERS
from networks.graph.check import Report
from networks.graph.network import Network, Wire
from networks.layers.base import Layer


class ReceptiveField(msgspec.Struct, frozen=True, eq=False):
    """The numbers of one layer's output that are seen; exact, with the gaps that a dilation leaves.

    `mask` has the output's shape, but for its first axis: that may have length 1, for all channels alike.
    """

    mask: Mask

    @property
    def pixels(self) -> NDArray[np.bool_]:
        """height×width of an image: the pixels that are seen in any channel; of a vector its numbers."""
        if self.mask.ndim != 3:
            return self.mask
        found: NDArray[np.bool_] = np.any(self.mask, axis=0)
        return found

    @property
    def gaps(self) -> NDArray[np.bool_] | None:
        """Which pixels of the box are seen, where that is not all of them, as with a dilation; else None."""
        if self.box is None:
            return None
        top, left, bottom, right = self.box
        inside = self.pixels[top:bottom, left:right]
        return None if inside.all() else inside

    @property
    def box(self) -> tuple[int, int, int, int] | None:
        """Top, left, bottom and right of the smallest box around the pixels of an image, the last two beyond.

        None where nothing is seen, and for a vector.
        """
        if self.mask.ndim != 3 or not self.mask.any():
            return None
        rows, columns = (np.flatnonzero(self.pixels.any(axis=axis)) for axis in (1, 0))
        return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def receptive_field(
    network: Network,
    report: Report,
    name: str,
    at: tuple[int, ...],
    *,
    training: bool = False,
    without: Collection[Wire] = (),
) -> dict[str, ReceptiveField]:
    """What `output[at]` of a layer depends on in each layer before it, and in itself; `at` is without image.

    Branches are united. `without` leaves out wires, to see what one branch sees alone. In `training` mode a
    BatchNorm reads all pixels of its channel, here of the same image alone. `report` is that of the network,
    in which all layers before this one have shapes. A type that declares no explanation counts as reading all
    of its input.
    """
    wanted = np.zeros(_shape(report, name), bool)
    wanted[at] = True
    masks: dict[str, Mask] = {name: wanted}
    left_out = frozenset(without)
    for node in map(network.__getitem__, reversed(network.order)):
        if node.name not in masks:
            continue
        found = report.nodes[node.name]
        shapes = tuple(shape for shape in found.inputs if shape is not None)
        for which, source in enumerate(node.inputs):
            if Wire(source, node.name, which) not in left_out:
                own = training and not node.frozen
                seen = _reads(found.layer, shapes, which, masks[node.name], own)
                masks[source] = masks[source] | seen if source in masks else seen
    return {each: ReceptiveField(mask) for each, mask in masks.items()}


def _shape(report: Report, name: str) -> Shape:
    shape = report.nodes[name].output
    assert shape is not None, "a number that was computed has a place"
    return shape


def _reads(layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool) -> Mask:
    explainer = EXPLAINERS.get(type(layer))
    if explainer is None:
        return everything(shapes[which]) if wanted.any() else nothing(shapes[which])
    return explainer.reads(layer, shapes, which, wanted, training)
