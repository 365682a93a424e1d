"""What an optimizer makes of a gradient: the arithmetic by which one step changes one weight.

The formulas are those of the papers that `networks.recipes.optimizers` names, in torch's order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np

from networks.core.message import Message, message
from networks.explanations.figures import enclosed, figure
from networks.explanations.places import Array, Position
from networks.recipes.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Muon,
    NAdam,
    Optimizer,
    RAdam,
    RMSprop,
)

DECIMALS = 5
"""A step changes a weight in its later decimals."""
_ADAM_EPSILON = 1e-8
"""That of the AdamW within Muon: `networks.training.muon`."""


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
        taken = "".join(f" − {_enclosed(each)}" for each in (self.step, self.decay) if each)
        return f"{_figure(self.before)}{taken} = {_figure(self.result)}"


class _Arithmetic:
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
        figures = f"{_figure(self.gradient)} + {_figure(strength)} · {_enclosed(self.before)}"
        title = message("Weight decay joins the gradient")
        return self.line(title, "g ← g + λ w", figures, self.gradient + strength * self.before)

    def separate_decay(self) -> None:
        """Weight decay that goes past the gradient: a share of the weight."""
        strength = float(self.options["weight_decay"])
        if strength:
            figures = f"{_figure(self.rate)} · {_figure(strength)} · {_enclosed(self.before)}"
            title = message("Decay: rate times strength times weight")
            self.decay = self.line(title, "η λ w", figures, self.rate * strength * self.before)

    def mean(self, title: Message, symbols: str, memory: float, old: float, new: float) -> float:
        """A running mean of which a share is remembered."""
        figures = f"{memory:g} · {_enclosed(old)} + {1 - memory:.4g} · {_enclosed(new)}"
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
        return self.line(title, symbols, f"{_figure(mean)} ÷ {_figure(part)}", mean / part)

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
        figures = f"{_figure(rate)} · {_enclosed(along)} ÷ {_figure(by)}"
        return self.line(title, symbols, figures, _ratio(rate * along, by))

    def scaled(self, title: Message, symbols: str, rate: float, along: float) -> float:
        """The step: the rate times a direction."""
        return self.line(title, symbols, f"{_figure(rate)} · {_enclosed(along)}", rate * along)


def _sgd(a: _Arithmetic) -> float:
    gradient, share = a.joined_decay(), float(a.options["momentum"])
    along = gradient
    if share:
        title = message("Momentum: a share of the steps before, and the gradient")
        old = a.kept("momentum_buffer")
        figures = f"{share:g} · {_enclosed(old)} + {_enclosed(gradient)}"
        along = a.line(title, "v ← μ v + g", figures, share * old + gradient)
        if a.options["nesterov"]:
            figures = f"{_figure(gradient)} + {share:g} · {_enclosed(along)}"
            title = message("Nesterov: looks ahead along the momentum")
            along = a.line(title, "g + μ v", figures, gradient + share * along)
    return a.scaled(message("Step: rate times direction"), "η v" if share else "η g", a.rate, along)


def _adam(a: _Arithmetic) -> float:
    gradient = a.joined_decay()
    return _adam_step(a, gradient, float(a.options["eps"]))


def _adamw(a: _Arithmetic) -> float:
    step = _adam_step(a, a.gradient, float(a.options["eps"]))
    a.separate_decay()
    return step


def _adam_step(a: _Arithmetic, gradient: float, epsilon: float) -> float:
    first, second = a.corrected_means(a.first(gradient), a.second(gradient))
    title = message("Step: rate times first mean over the root of the second")
    return a.divided(title, "η m̂ ÷ (√v̂ + ε)", a.rate, first, math.sqrt(second) + epsilon)


def _nadam(a: _Arithmetic) -> float:
    gradient, (memory, _) = a.joined_decay(), a.options["betas"]
    first, second = a.first(gradient), a.second(gradient)
    growth = float(a.options["momentum_decay"])
    now, coming = (memory * (1 - 0.5 * 0.96 ** (step * growth)) for step in (a.steps, a.steps + 1))
    product = (a.number("mu_product") if "mu_product" in a.made.kept else 1.0) * now
    title = message("Second mean, corrected for its start")
    second = a.corrected(title, "v̂ = v ÷ (1 − β₂ᵗ)", second, a.options["betas"][1])
    figures = (
        f"{_figure(coming)} · {_enclosed(first)} ÷ {_figure(1 - product * coming)}"
        f" + {_figure(1 - now)} · {_enclosed(gradient)} ÷ {_figure(1 - product)}"
    )
    along = coming * first / (1 - product * coming) + (1 - now) * gradient / (1 - product)
    along = a.line(
        message("Nesterov: looks ahead along the first mean"),
        "μₜ₊₁ m ÷ (1 − Πμₜ₊₁) + (1 − μₜ) g ÷ (1 − Πμₜ)",
        figures,
        along,
    )
    by = math.sqrt(second) + float(a.options["eps"])
    title = message("Step: rate times direction over the root of the second mean")
    return a.divided(title, "η m̄ ÷ (√v̂ + ε)", a.rate, along, by)


def _radam(a: _Arithmetic) -> float:
    gradient, (memory, long_memory) = a.joined_decay(), a.options["betas"]
    first, second = a.first(gradient), a.second(gradient)
    title = message("First mean, corrected for its start")
    first = a.corrected(title, "m̂ = m ÷ (1 − β₁ᵗ)", first, memory)
    part = 1 - long_memory**a.steps
    longest = 2 / (1 - long_memory) - 1
    length = longest - 2 * a.steps * long_memory**a.steps / part
    title = message("So many steps the second mean remembers")
    a.line(title, "ρ = ρ∞ − 2 t β₂ᵗ ÷ (1 − β₂ᵗ)", f"{longest:.5g} − {longest - length:.5g}", length)
    if length <= 5:
        title = message("Step: at most 5 steps are too few to divide by; rate times first mean")
        return a.scaled(title, "η m̂", a.rate, first)
    rectified = math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
    title = message("How far the second mean can be trusted")
    a.line(
        title,
        "r = √((ρ−4)(ρ−2)ρ∞ ÷ ((ρ∞−4)(ρ∞−2)ρ))",
        f"ρ = {_figure(length)}, ρ∞ = {longest:.5g}",
        rectified,
    )
    by = (math.sqrt(second) + float(a.options["eps"])) / math.sqrt(part)
    title = message("Step: rate times this times first mean over the root of the second")
    return a.divided(title, "η r m̂ ÷ √v̂", a.rate * rectified, first, by)


def _rmsprop(a: _Arithmetic) -> float:
    gradient, memory = a.joined_decay(), float(a.options["alpha"])
    title = message("Mean of the squared gradients: how bumpy")
    spread = a.mean(title, "v ← α v + (1−α) g²", memory, a.kept("square_avg"), gradient**2)
    if a.options["centered"]:
        title = message("Mean of the gradients")
        mean = a.mean(title, "m ← α m + (1−α) g", memory, a.kept("grad_avg"), gradient)
        title = message("Their variance")
        spread = a.line(title, "v − m²", f"{_figure(spread)} − {_enclosed(mean)}²", spread - mean**2)
    by = _root(spread) + float(a.options["eps"])
    share = float(a.options["momentum"])
    if not share:
        title = message("Step: rate times gradient over the root")
        return a.divided(title, "η g ÷ (√v + ε)", a.rate, gradient, by)
    title = message("Momentum: a share of the steps before, and the gradient over the root")
    old = a.kept("momentum_buffer")
    figures = f"{share:g} · {_enclosed(old)} + {_enclosed(gradient)} ÷ {_figure(by)}"
    along = a.line(title, "b ← μ b + g ÷ (√v + ε)", figures, share * old + _ratio(gradient, by))
    return a.scaled(message("Step: rate times direction"), "η b", a.rate, along)


def _adagrad(a: _Arithmetic) -> float:
    gradient, slower = a.joined_decay(), float(a.options["lr_decay"])
    old = a.kept("sum", float(a.options["initial_accumulator_value"]))
    figures = f"{_figure(old)} + {_enclosed(gradient)}²"
    total = a.line(message("Sum of all squared gradients so far"), "s ← s + g²", figures, old + gradient**2)
    rate = a.rate
    if slower:
        figures = f"{_figure(rate)} ÷ (1 + {a.steps - 1} · {_figure(slower)})"
        title = message("The rate, slowed down")
        rate = a.line(title, "η ÷ (1 + steps · decay)", figures, rate / (1 + (a.steps - 1) * slower))
    by = math.sqrt(total) + float(a.options["eps"])
    title = message("Step: rate times gradient over the root of the sum")
    return a.divided(title, "η g ÷ (√s + ε)", rate, gradient, by)


def _adadelta(a: _Arithmetic) -> float:
    gradient, memory = a.joined_decay(), float(a.options["rho"])
    epsilon = float(a.options["eps"])
    title = message("Mean of the squared gradients: how bumpy")
    bumpy = a.mean(title, "v ← ρ v + (1−ρ) g²", memory, a.kept("square_avg"), gradient**2)
    far = a.kept("acc_delta")
    along = math.sqrt(far + epsilon) / math.sqrt(bumpy + epsilon) * gradient
    figures = f"√({_figure(far)} + ε) ÷ √({_figure(bumpy)} + ε) · {_enclosed(gradient)}"
    title = message("As far as the last steps went, over how bumpy it is")
    along = a.line(title, "Δ = √(u + ε) ÷ √(v + ε) · g", figures, along)
    return a.scaled(message("Step: rate times this"), "η Δ", a.rate, along)


def _adamax(a: _Arithmetic) -> float:
    gradient, (memory, long_memory) = a.joined_decay(), a.options["betas"]
    title = message("First mean, corrected for its start")
    first = a.corrected(title, "m̂ = m ÷ (1 − β₁ᵗ)", a.first(gradient), memory)
    old, epsilon = a.kept("exp_inf"), float(a.options["eps"])
    figures = f"max({long_memory:g} · {_figure(old)}, {_figure(abs(gradient))} + ε)"
    title = message("The largest gradient of late")
    largest = a.line(
        title, "u ← max(β₂ u, |g| + ε)", figures, max(long_memory * old, abs(gradient) + epsilon)
    )
    return a.divided(message("Step: rate times first mean over it"), "η m̂ ÷ u", a.rate, first, largest)


def _adafactor(a: _Arithmetic) -> float:
    made, at, steps = a.made, a.at, a.steps
    weight, gradient = made.weight.astype(np.float64), made.gradient.astype(np.float64)
    fresh = steps ** float(a.options["beta2_decay"])
    least, smallest = float(np.finfo(made.weight.dtype).eps), float(a.options["eps"][1])
    if gradient.ndim > 1:
        rows = _blended(made.kept, "row_var", (gradient**2).mean(-1, keepdims=True), fresh)
        columns = _blended(made.kept, "col_var", (gradient**2).mean(-2, keepdims=True), fresh)
        middle = np.maximum(rows.mean(-2, keepdims=True), least)
        spreads = rows @ columns / middle
        whole = tuple(np.broadcast_to(part, spreads.shape)[at] for part in (rows, columns, middle))
        figures = "{} · {} ÷ {}".format(*(_figure(float(part)) for part in whole))
        a.line(
            message("How bumpy: mean square of the row times that of the column, over their mean"),
            "v = r c ÷ mean(r)",
            figures,
            float(spreads[at]),
        )
    else:
        spreads = _blended(made.kept, "variance", gradient**2, fresh)
        title = message("Mean of the squared gradients: how bumpy")
        old = float(made.kept["variance"][at]) if "variance" in made.kept else 0.0
        figures = f"{1 - fresh:.5g} · {_figure(old)} + {fresh:.5g} · {_enclosed(a.gradient)}²"
        a.line(title, "v ← (1 − tᵝ) v + tᵝ g²", figures, float(spreads[at]))
    updates = gradient / np.sqrt(np.maximum(spreads, least**2))
    title = message("Gradient over the root")
    along = a.divided(
        title, "g ÷ √v", 1.0, a.gradient, a.gradient / float(updates[at]) if updates[at] else 1.0
    )
    typical = float(np.sqrt((updates**2).mean()))
    cut = max(1.0, typical / float(a.options["d"]))
    title = message("What it is divided by, so that no step is too large")
    a.line(title, "max(1, typical ÷ d)", f"max(1, {_figure(typical)} ÷ {a.options['d']:g})", cut)
    size = max(smallest, float(np.sqrt((weight**2).mean())))
    rate = min(a.rate, 1 / math.sqrt(steps))
    title = message("Rate times the typical size of these weights")
    alpha = a.line(title, "α = ρ · typical(w)", f"{_figure(rate)} · {_figure(size)}", rate * size)
    step = a.divided(message("Step: this times direction"), "α g ÷ √v ÷ max", alpha, along, cut)
    a.separate_decay()
    return step


def _blended(kept: Mapping[str, Array], name: str, new: Array, fresh: float) -> Array:
    """A running mean of which the `fresh` share is new; it began at zero."""
    old = kept[name].astype(np.float64) if name in kept else np.zeros_like(new)
    found: Array = old + fresh * (new - old)
    return found


def _muon(a: _Arithmetic) -> float:
    if not a.options["muon"]:
        step = _adam_step(a, a.gradient, _ADAM_EPSILON)
        a.separate_decay()
        return step
    share = float(a.options["momentum"])
    title = message("Momentum: a mean of the gradients")
    mean = a.mean(title, "M ← μ M + (1−μ) G", share, a.kept("momentum_buffer"), a.gradient)
    if a.options["nesterov"]:
        title = message("Nesterov: looks ahead along the momentum")
        a.mean(title, "(1−μ) G + μ M", 1 - share, a.gradient, mean)
    assert a.made.direction is not None
    along = float(a.made.direction[a.at])
    rows, columns = len(a.made.weight), a.made.weight[0].size
    a.line(
        message("Made orthogonal with all weights of the layer: every direction counts the same"),
        "U Vᵀ, where M = U S Vᵀ",
        f"{rows} × {columns}",
        along,
    )
    rate = a.rate * 0.2 * math.sqrt(max(rows, columns))
    title = message("Rate, for steps as large as AdamW's")
    figures = f"{_figure(a.rate)} · 0.2 · √{max(rows, columns)}"
    a.line(title, "0.2 η √max(rows, columns)", figures, rate)
    step = a.scaled(message("Step: rate times direction"), "0.2 η √max · U Vᵀ", rate, along)
    a.separate_decay()
    return step


_STEPS: dict[type[Optimizer], Callable[[_Arithmetic], float]] = {
    SGD: _sgd,
    Adam: _adam,
    AdamW: _adamw,
    NAdam: _nadam,
    RAdam: _radam,
    RMSprop: _rmsprop,
    Adagrad: _adagrad,
    Adadelta: _adadelta,
    Adamax: _adamax,
    Adafactor: _adafactor,
    Muon: _muon,
}
EXPLAINED = frozenset(_STEPS)
"""The optimizers that are explained: all of the catalog."""


@np.errstate(all="ignore")
def explained_update(made: WeightStep, at: Position) -> Update:
    """How the step changed one number of the tensor; `at` is its position there."""
    arithmetic = _Arithmetic(made, at)
    step = _STEPS[made.optimizer](arithmetic)
    return Update(
        arithmetic.before,
        arithmetic.gradient,
        tuple(arithmetic.lines),
        step,
        arithmetic.decay,
        arithmetic.rate * arithmetic.gradient,
    )


def _figure(number: float) -> str:
    return figure(number, DECIMALS)


def _enclosed(number: float) -> str:
    return enclosed(number, DECIMALS)


def _root(number: float) -> float:
    """Not a number where it is negative, as in torch."""
    return math.sqrt(number) if number >= 0 else math.nan


def _ratio(number: float, by: float) -> float:
    return float(np.float64(number) / np.float64(by))
