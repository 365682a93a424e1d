"""Functions applied to each number on its own, which let a network learn more than weighted sums."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from networks.core.call import Call, call
from networks.core.fields import described, real
from networks.core.shapes import Shape
from networks.layers.base import Group, Layer

Values = NDArray[np.float64]


class Activation(Layer, frozen=True):
    """What every activation declares in addition: its curve, its strength and its weakness."""

    group: ClassVar = Group.ACTIVATION
    passes_scores: ClassVar = True
    elementwise: ClassVar = True
    formula: ClassVar[str]
    range: ClassVar[str]
    """The values it takes, as an interval; numbers in it are rounded, letters are parameters."""
    good: ClassVar[str]
    """Its strength, in one line."""
    bad: ClassVar[str]
    """Its weakness, in one line."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def values(self, x: Values) -> Values:
        """The function at `x`, for drawing; torch computes the network's."""
        raise NotImplementedError

    def slopes(self, x: Values) -> Values:
        """The derivative at `x`, for drawing."""
        raise NotImplementedError


_ROOT = math.sqrt(2 / math.pi)
_CUBIC = 0.044715
"""Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", section 2: the form with tanh."""


class GELU(Activation, frozen=True):
    """Multiplies each number by the probability that a normally distributed one is smaller."""

    icon: ClassVar = "gelu"
    stem: ClassVar = "gelu"
    keywords: ClassVar = "gaussian error linear nonlinearity transformer convnext"
    formula: ClassVar = "½·x·(1 + erf(x / √2))"
    range: ClassVar = "[−0.17, ∞)"
    good: ClassVar = (
        "Smooth everywhere, and slightly negative units still get a gradient; usual in transformers."
    )
    bad: ClassVar = "Costs more than ReLU, and very negative units get hardly any gradient."

    approximate: Annotated[
        Literal["none", "tanh"],
        described(
            "Formula",
            "The exact function, or a faster one with tanh that is nearly the same.",
            labels={"none": "exact", "tanh": "with tanh"},
        ),
    ] = "none"

    def module(self, *inputs: Shape) -> Call:
        return call("nn.GELU", **({} if self.approximate == "none" else {"approximate": self.approximate}))

    def values(self, x: Values) -> Values:
        return x * self._share(x)

    def slopes(self, x: Values) -> Values:
        share = self._share(x)
        if self.approximate == "tanh":
            return share + 2 * x * share * (1 - share) * _ROOT * (1 + 3 * _CUBIC * x * x)
        return share + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    def _share(self, x: Values) -> Values:
        if self.approximate == "tanh":
            return sigmoid(2 * _ROOT * (x + _CUBIC * x * x * x))
        return 0.5 * (1 + erf(x / math.sqrt(2)))

    def summary(self) -> str:
        return "" if self.approximate == "none" else self.approximate


class SiLU(Activation, frozen=True):
    """Multiplies each number by its own sigmoid; also called Swish."""

    icon: ClassVar = "silu"
    stem: ClassVar = "silu"
    keywords: ClassVar = "swish sigmoid linear nonlinearity efficientnet"
    formula: ClassVar = "x / (1 + e⁻ˣ)"
    range: ClassVar = "[−0.28, ∞)"
    good: ClassVar = "Smooth everywhere, and slightly negative units still get a gradient."
    bad: ClassVar = "Costs an exp, and very negative units get hardly any gradient."

    def module(self, *inputs: Shape) -> Call:
        return call("nn.SiLU")

    def values(self, x: Values) -> Values:
        return x * sigmoid(x)

    def slopes(self, x: Values) -> Values:
        share = sigmoid(x)
        return share * (1 + x * (1 - share))


class Sigmoid(Activation, frozen=True):
    """Squeezes every number smoothly into 0 to 1, like a probability."""

    icon: ClassVar = "sigmoid"
    stem: ClassVar = "sigmoid"
    keywords: ClassVar = "logistic squash gate nonlinearity"
    formula: ClassVar = "1 / (1 + e⁻ˣ)"
    range: ClassVar = "(0, 1)"
    good: ClassVar = "Bounded and read as a probability: right for gates."
    bad: ClassVar = "Saturates on both sides with a slope of at most ¼; not zero-centred. Costs an exp."

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Sigmoid")

    def values(self, x: Values) -> Values:
        return sigmoid(x)

    def slopes(self, x: Values) -> Values:
        return sigmoid(x) * sigmoid(-x)


class Tanh(Activation, frozen=True):
    """Squeezes every number smoothly into −1 to 1."""

    icon: ClassVar = "tanh"
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


class Softplus(Activation, frozen=True):
    """A ReLU with a rounded corner; its values are always positive."""

    icon: ClassVar = "softplus"
    stem: ClassVar = "softplus"
    keywords: ClassVar = "smooth relu positive nonlinearity"
    formula: ClassVar = "ln(1 + exp(β·x)) / β"
    range: ClassVar = "(0, ∞)"
    good: ClassVar = "Smooth, and always positive where a positive number is needed, such as a variance."
    bad: ClassVar = "Costs an exp and a logarithm; not zero-centred; seldom better than ReLU."

    beta: Annotated[float, real("Beta", "How sharp the corner is (β); large is near ReLU.", 0.01, 1000.0)] = (
        1.0
    )

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Softplus", **({} if self.beta == 1 else {"beta": self.beta}))

    def values(self, x: Values) -> Values:
        return np.logaddexp(0, self.beta * x) / self.beta

    def slopes(self, x: Values) -> Values:
        return sigmoid(self.beta * x)

    def summary(self) -> str:
        return "" if self.beta == 1 else f"β {self.beta:g}"


class Hardswish(Activation, frozen=True):
    """Nearly SiLU, made of straight lines and a parabola, for small devices."""

    icon: ClassVar = "hardswish"
    stem: ClassVar = "hardswish"
    keywords: ClassVar = "hard swish mobilenet nonlinearity"
    formula: ClassVar = "x·min(max(x + 3, 0), 6) / 6"
    range: ClassVar = "[−0.375, ∞)"
    good: ClassVar = "Behaves like SiLU without an exp: cheap on phones."
    bad: ClassVar = "Zero gradient below −3: units can die there."

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Hardswish")

    def values(self, x: Values) -> Values:
        return x * np.clip(x + 3, 0, 6) / 6

    def slopes(self, x: Values) -> Values:
        return np.select([x <= -3, x < 3], [np.zeros_like(x), x / 3 + 0.5], 1.0)


class Hardsigmoid(Activation, frozen=True):
    """Nearly Sigmoid, made of straight lines, for small devices."""

    icon: ClassVar = "hardsigmoid"
    stem: ClassVar = "hardsigmoid"
    keywords: ClassVar = "hard sigmoid gate squeeze excitation mobilenet nonlinearity"
    formula: ClassVar = "min(max(x + 3, 0), 6) / 6"
    range: ClassVar = "[0, 1]"
    good: ClassVar = "Right for gates, as Sigmoid is, without its cost: cheap on phones."
    bad: ClassVar = "No gradient below −3 nor above 3: gates can get stuck open or shut."

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Hardsigmoid")

    def values(self, x: Values) -> Values:
        return np.clip(x + 3, 0, 6) / 6

    def slopes(self, x: Values) -> Values:
        return np.where(np.abs(x) < 3, 1 / 6, 0.0)


class Softmax(Activation, frozen=True):
    """Turns the channels at each place into shares between 0 and 1 that sum to 1."""

    elementwise: ClassVar = False
    icon: ClassVar = "softmax"
    stem: ClassVar = "softmax"
    keywords: ClassVar = "probabilities normalized exponential attention classes"
    formula: ClassVar = "exp(xᵢ) / Σⱼ exp(xⱼ); drawn for two classes, the other at 0"
    range: ClassVar = "(0, 1)"
    good: ClassVar = "Its values are read as probabilities of classes, or as weights of attention."
    bad: ClassVar = (
        "Cross-entropy applies it already, and applying it twice flattens gradients. Costs an exp."
    )

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Softmax", dim=1)

    def values(self, x: Values) -> Values:
        """The first of two classes, where the other's logit is 0."""
        return sigmoid(x)

    def slopes(self, x: Values) -> Values:
        """Of the first of two classes by its own logit, where the other's is 0."""
        return sigmoid(x) * sigmoid(-x)


class LogSoftmax(Activation, frozen=True):
    """Takes the logarithm of what Softmax gives, without ever dividing by a number that is nearly zero."""

    elementwise: ClassVar = False
    icon: ClassVar = "log-softmax"
    stem: ClassVar = "logsoftmax"
    keywords: ClassVar = "logarithm probabilities negative log likelihood nll classes"
    formula: ClassVar = "xᵢ − ln Σⱼ exp(xⱼ); drawn for two classes, the other at 0"
    range: ClassVar = "(−∞, 0)"
    good: ClassVar = "Stays exact where probabilities are tiny; applying it twice changes nothing."
    bad: ClassVar = "Cross-entropy applies it already, so it is not needed before the loss. Costs an exp."

    def module(self, *inputs: Shape) -> Call:
        return call("nn.LogSoftmax", dim=1)

    def values(self, x: Values) -> Values:
        """The first of two classes, where the other's logit is 0."""
        return -np.logaddexp(0, -x)

    def slopes(self, x: Values) -> Values:
        """Of the first of two classes by its own logit, where the other's is 0."""
        return sigmoid(-x)


def sigmoid(x: Values) -> Values:
    """1 / (1 + e⁻ˣ), without an overflow far from zero."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def erf(x: Values) -> Values:
    """The error function at every number, which numpy lacks."""
    return np.array([math.erf(number) for number in x.flat]).reshape(x.shape)
