"""What one layer did with one batch: its inputs, weights and output, as arrays."""

from __future__ import annotations

import msgspec

from networks.core.shapes import Shape
from networks.explanations.places import Array
from networks.layers.base import Layer


class LayerPass(msgspec.Struct, frozen=True, eq=False):
    """One layer's part of a forward pass. All arrays are images first; they may share torch's memory.

    `layer` has the number of classes filled in. `tensors` are weights and running statistics under torch's
    names within the layer, a tensor that bears the node's own name under the empty one. `mask` holds what a
    dropout multiplied each number with; None where nothing was drawn. Of an Input, the input is the picture
    before it is normalized, and the tensors are the `mean` and `deviation` of each channel.
    """

    layer: Layer
    inputs: tuple[Array, ...]
    output: Array
    tensors: dict[str, Array] = {}
    training: bool = False
    mask: Array | None = None

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of the inputs, without the batch axis."""
        return tuple(x.shape[1:] for x in self.inputs)
