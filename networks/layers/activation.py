"""Functions applied to every number by itself, which let a network learn more than weighted sums."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from networks.call import Call, call
from networks.layers.base import Group, Layer
from networks.shapes import Shape

Values = NDArray[np.float64]


class Activation(Layer, frozen=True):
    """What every activation declares besides: how it looks and what it is good and bad at."""

    group: ClassVar = Group.ACTIVATION
    formula: ClassVar[str]
    range: ClassVar[str]
    good: ClassVar[str]
    """What speaks for it, in one line."""
    bad: ClassVar[str]
    """What speaks against it, in one line."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def values(self, x: Values) -> Values:
        """The function at `x`, for drawing; torch computes the network's."""
        raise NotImplementedError

    def slopes(self, x: Values) -> Values:
        """The derivative at `x`, for drawing."""
        raise NotImplementedError


class ReLU(Activation, frozen=True):
    """Passes what is positive and sets the rest to zero."""

    stem: ClassVar = "relu"
    keywords: ClassVar = "rectified linear nonlinearity"
    formula: ClassVar = "max(0, x)"
    range: ClassVar = "[0, ∞)"
    good: ClassVar = "Cheap, and its slope of 1 keeps gradients alive in deep networks."
    bad: ClassVar = "Units that are negative for every image get no gradient and stay dead; not zero-centred."

    def module(self, *inputs: Shape) -> Call:
        return call("nn.ReLU")

    def values(self, x: Values) -> Values:
        return np.maximum(x, 0)

    def slopes(self, x: Values) -> Values:
        return (x > 0).astype(np.float64)


class Tanh(Activation, frozen=True):
    """Squeezes every number smoothly into −1 to 1."""

    stem: ClassVar = "tanh"
    keywords: ClassVar = "hyperbolic tangent sigmoid nonlinearity"
    formula: ClassVar = "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)"
    range: ClassVar = "(−1, 1)"
    good: ClassVar = "Zero-centred and bounded, so that activations cannot grow without limit."
    bad: ClassVar = (
        "Saturates: far from zero its slope vanishes, and deep networks learn slowly. Costs an exp."
    )

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Tanh")

    def values(self, x: Values) -> Values:
        return np.tanh(x)

    def slopes(self, x: Values) -> Values:
        return 1 - np.tanh(x) ** 2
