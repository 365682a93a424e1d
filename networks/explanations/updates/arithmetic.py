"""The lines of the arithmetic by which one step of an optimizer changes one weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np

from networks.core.message import Message, message
from networks.explanations.core.places import Array, Position
from networks.explanations.words.figures import enclosed, figure
from networks.recipes.optimizers import Optimizer

DECIMALS = 5
"""A step changes a weight in its later decimals."""


class WeightStep(msgspec.Struct, frozen=True, eq=False):
    """One step of an optimizer on one learned tensor.

    `weight` is the tensor before, `gradient` what the optimizer was given, clipped where the recipe clips.
    `kept` is what the optimizer remembered of earlier steps under torch's names, nothing before the first;
    `options` are those of the tensor's group as torch holds them, the learning rate in force among them.
    `direction` is Muon's orthogonal one, computed by torch.
    """

    optimizer: type[Optimizer]
    weight: Array
    gradient: Array
    kept: Mapping[str, Array]
    options: Mapping[str, Any]
    direction: Array | None = None


class Line(msgspec.Struct, frozen=True):
    """One line of the arithmetic: what it is, as a formula, with its figures, and what comes of it."""

    title: Message
    symbols: str
    figures: str
    result: float


class Update(msgspec.Struct, frozen=True):
    """How one number of a learned tensor was changed: the lines in the optimizer's order.

    The weight becomes `before` − `decay` − `step`. `plain` is how far gradient descent alone would have gone,
    at the same learning rate.
    """

    before: float
    gradient: float
    lines: tuple[Line, ...]
    step: float
    decay: float
    plain: float

    @property
    def result(self) -> float:
        """The weight after the step."""
        return self.before - self.decay - self.step

    @property
    def line(self) -> str:
        """The last line in figures: the weight before, what is taken from it, the weight after."""
        taken = "".join(f" − {fine_enclosed(each)}" for each in (self.step, self.decay) if each)
        return f"{fine(self.before)}{taken} = {fine(self.result)}"


class Arithmetic:
    """Collects the lines of one number."""

    def __init__(self, made: WeightStep, at: Position) -> None:
        self.made, self.at, self.options = made, at, made.options
        self.before, self.gradient = float(made.weight[at]), float(made.gradient[at])
        self.rate = float(made.options["lr"])
        self.steps = int(made.kept["step"]) + 1 if "step" in made.kept else 1
        self.lines: list[Line] = []
        self.decay = 0.0

    def line(self, title: Message, symbols: str, figures: str, result: float) -> float:
        self.lines.append(Line(title, symbols, figures, result))
        return result

    def kept(self, name: str, start: float = 0.0) -> float:
        """What was remembered of this number."""
        return float(self.made.kept[name][self.at]) if name in self.made.kept else start

    def number(self, name: str) -> float:
        """What was remembered of the whole tensor."""
        return float(self.made.kept[name])

    def joined_decay(self) -> float:
        """The gradient, with the pull towards zero where weight decay is part of it."""
        strength = float(self.options["weight_decay"])
        if not strength:
            return self.gradient
        figures = f"{fine(self.gradient)} + {fine(strength)} · {fine_enclosed(self.before)}"
        title = message("Weight decay joins the gradient")
        return self.line(title, "g ← g + λ w", figures, self.gradient + strength * self.before)

    def separate_decay(self) -> None:
        """Weight decay that goes past the gradient: a share of the weight."""
        strength = float(self.options["weight_decay"])
        if strength:
            figures = f"{fine(self.rate)} · {fine(strength)} · {fine_enclosed(self.before)}"
            title = message("Decay: rate times strength times weight")
            self.decay = self.line(title, "η λ w", figures, self.rate * strength * self.before)

    def mean(self, title: Message, symbols: str, memory: float, old: float, new: float) -> float:
        """A running mean of which a share is remembered."""
        figures = f"{memory:g} · {fine_enclosed(old)} + {1 - memory:.4g} · {fine_enclosed(new)}"
        return self.line(title, symbols, figures, memory * old + (1 - memory) * new)

    def first(self, gradient: float) -> float:
        """Adam's mean of the gradients, as it is after this step."""
        memory = float(self.options["betas"][0])
        title = message("First mean: where to")
        return self.mean(title, "m ← β₁ m + (1−β₁) g", memory, self.kept("exp_avg"), gradient)

    def second(self, gradient: float) -> float:
        """Adam's mean of the squared gradients, as it is after this step."""
        memory = float(self.options["betas"][1])
        title = message("Second mean: how bumpy")
        return self.mean(title, "v ← β₂ v + (1−β₂) g²", memory, self.kept("exp_avg_sq"), gradient**2)

    def corrected(self, title: Message, symbols: str, mean: float, memory: float) -> float:
        """A running mean that began at zero, divided by what it could have remembered so far."""
        part = 1 - memory**self.steps
        return self.line(title, symbols, f"{fine(mean)} ÷ {fine(part)}", mean / part)

    def corrected_means(self, first: float, second: float) -> tuple[float, float]:
        """Both of Adam's means, corrected for their start."""
        betas = self.options["betas"]
        return (
            self.corrected(
                message("First mean, corrected for its start"), "m̂ = m ÷ (1 − β₁ᵗ)", first, betas[0]
            ),
            self.corrected(
                message("Second mean, corrected for its start"), "v̂ = v ÷ (1 − β₂ᵗ)", second, betas[1]
            ),
        )

    def divided(self, title: Message, symbols: str, rate: float, along: float, by: float) -> float:
        """The step: the rate times a direction over how bumpy it is."""
        figures = f"{fine(rate)} · {fine_enclosed(along)} ÷ {fine(by)}"
        return self.line(title, symbols, figures, ratio(rate * along, by))

    def scaled(self, title: Message, symbols: str, rate: float, along: float) -> float:
        """The step: the rate times a direction."""
        return self.line(title, symbols, f"{fine(rate)} · {fine_enclosed(along)}", rate * along)


Rule = Callable[[Arithmetic], float]
"""What an optimizer does with one number: adds its lines and returns the step."""


def fine(number: float) -> str:
    """A number with as many decimals as show what a step changes."""
    return figure(number, DECIMALS)


def fine_enclosed(number: float) -> str:
    """The same, in brackets where it has a minus sign."""
    return enclosed(number, DECIMALS)


def root(number: float) -> float:
    """Not a number where it is negative, as in torch."""
    return math.sqrt(number) if number >= 0 else math.nan


def ratio(number: float, by: float) -> float:
    """A division that gives infinity or not a number, as in torch, and raises nothing."""
    return float(np.float64(number) / np.float64(by))
