"""ReLU and its kin: positive numbers pass, negative ones hardly or not at all."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from networks.core.call import Call, call
from networks.core.fields import changed, described, real
from networks.core.shapes import Shape
from networks.layers.activation import Activation, Values


class ReLU(Activation, frozen=True):
    """Passes positive numbers and sets negative ones to zero."""

    icon: ClassVar = "relu"
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


class ReLU6(Activation, frozen=True):
    """Passes positive numbers, but cuts them off at 6."""

    icon: ClassVar = "relu6"
    stem: ClassVar = "relu"
    keywords: ClassVar = "rectified linear clipped nonlinearity mobilenet quantized"
    formula: ClassVar = "min(max(0, x), 6)"
    range: ClassVar = "[0, 6]"
    good: ClassVar = "Cheap and bounded, which keeps its precision where numbers have few bits, as on phones."
    bad: ClassVar = "No gradient below 0 nor above 6: units can die, or get stuck at the top."

    def module(self, *inputs: Shape) -> Call:
        return call("nn.ReLU6")

    def values(self, x: Values) -> Values:
        return np.clip(x, 0, 6)

    def slopes(self, x: Values) -> Values:
        return ((x > 0) & (x < 6)).astype(np.float64)


class LeakyReLU(Activation, frozen=True):
    """Passes positive numbers, and a small share of negative ones."""

    icon: ClassVar = "leaky-relu"
    stem: ClassVar = "relu"
    keywords: ClassVar = "leaky rectified linear nonlinearity"
    formula: ClassVar = "max(0, x) + a·min(0, x)"
    range: ClassVar = "(−∞, ∞)"
    good: ClassVar = "Cheap, and negative units still get a gradient, so none stays dead."
    bad: ClassVar = "The negative slope is one more number to choose, and the gain over ReLU is often small."

    negative_slope: Annotated[float, real("Negative slope", "Slope a for negative numbers.", 0.0, 1.0)] = 0.01

    def module(self, *inputs: Shape) -> Call:
        return call("nn.LeakyReLU", self.negative_slope)

    def values(self, x: Values) -> Values:
        return np.where(x > 0, x, self.negative_slope * x)

    def slopes(self, x: Values) -> Values:
        return np.where(x > 0, 1.0, self.negative_slope)

    def summary(self) -> str:
        return f"{self.negative_slope:g}"


class PReLU(Activation, frozen=True):
    """Passes positive numbers, and a learned share of negative ones."""

    icon: ClassVar = "prelu"
    stem: ClassVar = "prelu"
    keywords: ClassVar = "parametric rectified linear nonlinearity learned"
    formula: ClassVar = "max(0, x) + a·min(0, x), a is learned"
    range: ClassVar = "(−∞, ∞)"
    good: ClassVar = "Learns the slope for negative numbers, so that no unit has to stay dead."
    bad: ClassVar = "Adds weights, which can overfit a small set of images."

    per_channel: Annotated[
        bool, described("One per channel", "Learn a slope for each channel instead of one for all.")
    ] = False
    init: Annotated[float, real("First slope", "The slope a at the start of training.", 0.0, 1.0)] = 0.25

    def module(self, *inputs: Shape) -> Call:
        options: dict[str, object] = {"num_parameters": inputs[0][0]} if self.per_channel else {}
        return call("nn.PReLU", **options, **({} if self.init == 0.25 else {"init": self.init}))

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> PReLU:
        made = call.named
        return changed(cls(), per_channel=made["num_parameters"] > 1, init=made["init"])

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (inputs[0][0] if self.per_channel else 1,)}

    def values(self, x: Values) -> Values:
        """With the initial slope."""
        return np.where(x > 0, x, self.init * x)

    def slopes(self, x: Values) -> Values:
        """With the initial slope."""
        return np.where(x > 0, 1.0, self.init)

    def summary(self) -> str:
        return "per channel" if self.per_channel else ""


class ELU(Activation, frozen=True):
    """Passes positive numbers and bends negative ones smoothly towards −α."""

    icon: ClassVar = "elu"
    stem: ClassVar = "elu"
    keywords: ClassVar = "exponential linear nonlinearity"
    formula: ClassVar = "max(0, x) + min(0, α·(eˣ − 1))"
    range: ClassVar = "(−α, ∞)"
    good: ClassVar = "Its mean is nearer to zero than ReLU's, and negative units still get a gradient."
    bad: ClassVar = "Saturates for very negative numbers. Costs an exp."

    alpha: Annotated[float, real("Alpha", "How far below zero it goes (α).", 0.0, 100.0, above=True)] = 1.0

    def module(self, *inputs: Shape) -> Call:
        return call("nn.ELU", **({} if self.alpha == 1 else {"alpha": self.alpha}))

    def values(self, x: Values) -> Values:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def slopes(self, x: Values) -> Values:
        return np.where(x > 0, 1.0, self.alpha * np.exp(np.minimum(x, 0)))

    def summary(self) -> str:
        return "" if self.alpha == 1 else f"α {self.alpha:g}"


_SELU_SCALE = 1.0507009873554805
_SELU_ALPHA = 1.6732632423543772
"""Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 14; they keep mean 0, variance 1."""


class SELU(Activation, frozen=True):
    """An ELU scaled so that plain deep networks keep mean 0 and variance 1 from layer to layer."""

    icon: ClassVar = "selu"
    stem: ClassVar = "selu"
    keywords: ClassVar = "scaled exponential linear self-normalizing nonlinearity"
    formula: ClassVar = "1.0507·(max(0, x) + min(0, 1.6733·(eˣ − 1)))"
    range: ClassVar = "(−1.758, ∞)"
    good: ClassVar = "Normalizes by itself in plain stacks of layers, without BatchNorm."
    bad: ClassVar = (
        "Works only if weights start with variance 1 / inputs, which is not torch's default. Costs an exp."
    )

    def module(self, *inputs: Shape) -> Call:
        return call("nn.SELU")

    def values(self, x: Values) -> Values:
        return _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0)))

    def slopes(self, x: Values) -> Values:
        return _SELU_SCALE * np.where(x > 0, 1.0, _SELU_ALPHA * np.exp(np.minimum(x, 0)))
