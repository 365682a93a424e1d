"""What one layer did with one batch, and which layer it was."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from networks.core.shapes import Shape
from networks.explanations.core.places import Array
from networks.layers.base import Layer
from networks.xray.capture import Capture


class LayerPass(msgspec.Struct, frozen=True, eq=False):
    """One layer's part of a forward pass. `layer` has the number of classes filled in.

    Of an Input, the capture may hold the picture before it was normalized as its input, and the `mean` and
    `deviation` of each channel among its weights.
    """

    layer: Layer
    capture: Capture

    @property
    def inputs(self) -> tuple[Array, ...]:
        """What came in, images first."""
        return self.capture.inputs

    @property
    def output(self) -> Array:
        """What went out, images first."""
        return self.capture.output

    @property
    def tensors(self) -> Mapping[str, Array]:
        """Weights and running statistics under torch's names within the layer."""
        return self.capture.weights

    @property
    def training(self) -> bool:
        """Whether it computed as it does while training."""
        return self.capture.training

    @property
    def mask(self) -> Array | None:
        """The zeros and ones that a dropout drew; None where it drew nothing."""
        return self.capture.mask

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of the inputs, without the batch axis."""
        return tuple(x.shape[1:] for x in self.inputs)
