"""The eight forms that an explanation can take: whoever draws these draws every layer type and every loss.

A form holds the terms as arrays, never an object for each, and says how they are combined; `result` is what
they combine to.
"""

from __future__ import annotations

from typing import Literal, Union

import msgspec
import numpy as np

from networks.core.message import Message
from networks.explanations.core.places import Numbers, Places, Position, Positions
from networks.layers.activation import Activation

_QUIET = np.errstate(all="ignore")
"""Numbers of a network that has exploded are explained as well: infinity, and what is not a number."""

Weighing = Literal["learned", "fixed", "mean", "gradient"]
"""Where the factors of a sum come from: learned weights, the layer's rule, equal parts of a mean, slopes."""


class WeightedSum(msgspec.Struct, frozen=True, eq=False):
    """The sum of values times factors, and a bias: convolution, linear layer, mean, blending, any gradient.

    `values` and `factors` have one shape. Where a window slides over an image it is channels×rows×columns, so
    that a slice along the first axis is one patch and one kernel; a vector is one axis. In a gradient the
    values are the gradients that arrived from above, the factors the slopes of the outputs they belong to.
    """

    weighing: Weighing
    values: Numbers
    factors: Numbers
    value_places: Places
    factor_places: Places | None = None
    bias: float | None = None
    bias_places: Places | None = None

    @property
    @_QUIET
    def products(self) -> Numbers:
        """Values times factors, term by term."""
        return self.values * self.factors

    @property
    @_QUIET
    def parts(self) -> Numbers:
        """The sum of each slice along the first axis: of each channel of a convolution."""
        products = self.products
        found: Numbers = products.reshape(len(products), -1).sum(axis=1)
        return found

    @property
    @_QUIET
    def running(self) -> Numbers:
        """The running total behind each part and, where there is one, behind the bias at the end."""
        parts = self.parts
        return np.cumsum(parts if self.bias is None else np.append(parts, self.bias))

    @property
    @_QUIET
    def result(self) -> float:
        """The sum."""
        return float(self.products.sum()) + (self.bias or 0.0)


class Largest(msgspec.Struct, frozen=True, eq=False):
    """The largest number of a window: max pooling.

    `values` are rows×columns; `winner` is the index into them, flat, of the one that was kept: the first of
    several that are equal. What is padding cannot win.
    """

    values: Numbers
    value_places: Places
    winner: int

    @property
    def result(self) -> float:
        """The largest."""
        return float(self.values.flat[self.winner])


class Joined(msgspec.Struct, frozen=True, eq=False):
    """A few numbers, added or multiplied: Add, Multiply, a factor, a dropout's mask, the ways of a fork."""

    operation: Literal["sum", "product"]
    values: Numbers
    places: tuple[Places, ...]

    @property
    @_QUIET
    def result(self) -> float:
        """The sum or the product."""
        return float(self.values.sum() if self.operation == "sum" else self.values.prod())


class Copied(msgspec.Struct, frozen=True, eq=False):
    """A number that was only moved: Flatten, Concat, Permute; with no place, a zero that was put there."""

    value: float
    place: Places | None

    @property
    def result(self) -> float:
        """The number itself."""
        return self.value


class Curve(msgspec.Struct, frozen=True, eq=False):
    """A point on the curve of a function of one number.

    `function` has `values` and `slopes` to draw it by; a learned slope is filled in.
    """

    function: Activation
    x: float
    y: float
    slope: float
    place: Places

    @property
    def result(self) -> float:
        """The height of the curve."""
        return self.y


Statistics = Literal["batch", "running", "sample", "neighbours", "strength", "filter", "data"]
"""What a number is normalized by: the numbers of the batch, running statistics, those of the sample, squares
of neighbouring channels, strengths of all channels, the weights of its filter, or mean and deviation of the
data."""


class Normalized(msgspec.Struct, frozen=True, eq=False):
    """(x − centre) ÷ divisor · scale + shift, and x once more where `passes_on`.

    `numbers` are those that centre and divisor are made of, where they are at hand: running statistics come
    from earlier batches. `spread` is their variance; of neighbours it is the sum of their squares, of
    strengths their mean.
    """

    statistics: Statistics
    x: float
    place: Places
    numbers: Numbers | None
    number_places: Places | None
    centre: float
    spread: float
    divisor: float
    scale: float = 1.0
    shift: float = 0.0
    passes_on: bool = False

    @property
    @_QUIET
    def result(self) -> float:
        """The number after it was normalized."""
        relative = float(np.float64(self.x - self.centre) / np.float64(self.divisor))
        return relative * self.scale + self.shift + (self.x if self.passes_on else 0.0)


class Shares(msgspec.Struct, frozen=True, eq=False):
    """A softmax: the exponential of one score over the sum of all; with `logarithm` its logarithm.

    `values` are the scores, `at` the index of the one in question. `largest` is subtracted from all before,
    which changes no share and keeps the exponentials small.
    """

    values: Numbers
    value_places: Places
    at: int
    logarithm: bool = False

    @property
    def largest(self) -> float:
        """What is subtracted from every score."""
        return float(self.values.max())

    @property
    @_QUIET
    def exponentials(self) -> Numbers:
        """e to the power of each score less the largest."""
        found: Numbers = np.exp(self.values - self.values.max())
        return found

    @property
    @_QUIET
    def shares(self) -> Numbers:
        """The exponentials over their sum: the probabilities."""
        exponentials = self.exponentials
        found: Numbers = exponentials / exponentials.sum()
        return found

    @property
    @_QUIET
    def result(self) -> float:
        """The share, or its logarithm."""
        if self.logarithm:
            return float(self.values[self.at] - self.largest - np.log(self.exponentials.sum()))
        return float(self.shares[self.at])


class LossTerms(msgspec.Struct, frozen=True, eq=False):
    """The loss of one image: what each class adds to it.

    All arrays hold a number for each class. `probabilities` are what the loss reads out of the outputs; None
    where it reads none. The loss is the sum of `terms`; `slopes` are its derivatives by the outputs.
    """

    outputs: Numbers
    probabilities: Numbers | None
    targets: Numbers
    terms: Numbers
    slopes: Numbers
    output_places: Places

    @property
    @_QUIET
    def result(self) -> float:
        """The loss."""
        return float(self.terms.sum())


Form = Union[WeightedSum, Largest, Joined, Copied, Curve, Normalized, Shares, LossTerms]


class Stage(msgspec.Struct, frozen=True, eq=False):
    """One step of the arithmetic. Later stages may take the result of earlier ones.

    `symbols` is the formula without figures, such as `y₃(2, 4) = b₃ + Σ x · w`: the same in all languages.
    """

    title: Message
    form: Form
    symbols: str = ""


class Explanation(msgspec.Struct, frozen=True, eq=False):
    """Where one number comes from. `value` is what torch computed; the last stage's result equals it.

    Mostly there is one stage. `position` is that of the number in the output, the input or the weight.
    """

    position: Position
    value: float
    stages: tuple[Stage, ...]

    @property
    def form(self) -> Form:
        """The form of the last stage, which gives the number."""
        return self.stages[-1].form

    @property
    def result(self) -> float:
        """What the terms combine to."""
        return self.form.result

    @property
    @_QUIET
    def difference(self) -> float:
        """How far the terms miss the network's number, which was computed in another order and precision."""
        return abs(self.result - self.value)


def ranked(numbers: Numbers) -> Positions:
    """The flat indices of numbers by their size without sign, the largest first; equal ones in order."""
    return np.argsort(-np.abs(numbers.ravel()), kind="stable")
