"""What the explanation of a layer type declares: its terms, the slopes of its outputs, and what it reads."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.shapes import Shape
from networks.explanations.core.forms import Stage
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Numbers, Places, Position
from networks.layers.base import Layer

Mask = NDArray[np.bool_]
"""Which numbers of one sample are meant. An axis of channels may have length 1, for all of them alike."""


class Slopes(msgspec.Struct, frozen=True, eq=False):
    """How fast outputs of a layer rise with one number that they are made of.

    `outputs` are the places of the outputs that the number has a part in, `values` the derivatives, of the
    shape that these places have together. `factors` says what weight or input a derivative is; None where it
    is computed from several.
    """

    outputs: Places
    values: Numbers
    factors: Places | None = None


class Explainer:
    """One family of layer types is one subclass."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        """The arithmetic that made one number of the output."""
        raise NotImplementedError

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        """The outputs that one number of an input has a part in, and their derivatives by it."""
        raise NotImplementedError

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        """The outputs that one learned number has a part in, and their derivatives by it.

        `name` is torch's within the layer, as in `Layer.parameters`.
        """
        raise NotImplementedError

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        """Which numbers of an input these numbers of the output depend on."""
        raise NotImplementedError


def whole(mask: Mask, shape: Shape) -> Mask:
    """The mask with every axis in full."""
    return np.broadcast_to(mask, shape)


def everything(shape: Shape) -> Mask:
    """A mask of all numbers of a sample, with one channel for all of them in an image."""
    return np.ones((1, *shape[1:]) if len(shape) == 3 else shape, bool)


def nothing(shape: Shape) -> Mask:
    """A mask of no number of a sample."""
    return ~everything(shape)
