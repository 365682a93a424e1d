"""Adam and its kin: a mean of the gradients over a mean of their squares."""

from __future__ import annotations

import math

from networks.core.message import message
from networks.explanations.updates.arithmetic import Arithmetic, Rule, fine, fine_enclosed
from networks.recipes.optimizers import Adam, Adamax, AdamW, NAdam, Optimizer, RAdam


def adam(a: Arithmetic) -> float:
    """The step of Adam (Kingma and Ba 2014, algorithm 1)."""
    gradient = a.joined_decay()
    return adam_step(a, gradient, float(a.options["eps"]))


def adamw(a: Arithmetic) -> float:
    """The step of AdamW, whose weight decay stands apart (Loshchilov and Hutter 2019, algorithm 2)."""
    step = adam_step(a, a.gradient, float(a.options["eps"]))
    a.separate_decay()
    return step


def adam_step(a: Arithmetic, gradient: float, epsilon: float) -> float:
    """What Adam steps with this gradient, before any weight decay that stands apart."""
    first, second = a.corrected_means(a.first(gradient), a.second(gradient))
    title = message("Step: rate times first mean over the root of the second")
    return a.divided(title, "η m̂ ÷ (√v̂ + ε)", a.rate, first, math.sqrt(second) + epsilon)


def nadam(a: Arithmetic) -> float:
    """The step of NAdam (Dozat 2016, algorithm 2), as torch takes it."""
    gradient, (memory, _) = a.joined_decay(), a.options["betas"]
    first, second = a.first(gradient), a.second(gradient)
    growth = float(a.options["momentum_decay"])
    now, coming = (memory * (1 - 0.5 * 0.96 ** (step * growth)) for step in (a.steps, a.steps + 1))
    product = (a.number("mu_product") if "mu_product" in a.made.kept else 1.0) * now
    title = message("Second mean, corrected for its start")
    second = a.corrected(title, "v̂ = v ÷ (1 − β₂ᵗ)", second, a.options["betas"][1])
    figures = (
        f"{fine(coming)} · {fine_enclosed(first)} ÷ {fine(1 - product * coming)}"
        f" + {fine(1 - now)} · {fine_enclosed(gradient)} ÷ {fine(1 - product)}"
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


def radam(a: Arithmetic) -> float:
    """The step of RAdam (Liu et al. 2019, algorithm 2), as torch takes it."""
    gradient, (memory, long_memory) = a.joined_decay(), a.options["betas"]
    first, second = a.first(gradient), a.second(gradient)
    title = message("First mean, corrected for its start")
    first = a.corrected(title, "m̂ = m ÷ (1 − β₁ᵗ)", first, memory)
    part = 1 - long_memory**a.steps
    longest = 2 / (1 - long_memory) - 1
    length = longest - 2 * a.steps * long_memory**a.steps / part
    title = message("How many steps the second mean remembers")
    a.line(title, "ρ = ρ∞ − 2 t β₂ᵗ ÷ (1 − β₂ᵗ)", f"{longest:.5g} − {longest - length:.5g}", length)
    if length <= 5:
        title = message("Step: at most 5 steps are too few to divide by; rate times first mean")
        return a.scaled(title, "η m̂", a.rate, first)
    rectified = math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
    title = message("How far the second mean can be trusted")
    a.line(
        title,
        "r = √((ρ−4)(ρ−2)ρ∞ ÷ ((ρ∞−4)(ρ∞−2)ρ))",
        f"ρ = {fine(length)}, ρ∞ = {longest:.5g}",
        rectified,
    )
    by = (math.sqrt(second) + float(a.options["eps"])) / math.sqrt(part)
    title = message("Step: rate times this times first mean over the root of the second")
    return a.divided(title, "η r m̂ ÷ √v̂", a.rate * rectified, first, by)


def adamax(a: Arithmetic) -> float:
    """The step of Adamax (Kingma and Ba 2014, algorithm 2)."""
    gradient, (memory, long_memory) = a.joined_decay(), a.options["betas"]
    title = message("First mean, corrected for its start")
    first = a.corrected(title, "m̂ = m ÷ (1 − β₁ᵗ)", a.first(gradient), memory)
    old, epsilon = a.kept("exp_inf"), float(a.options["eps"])
    figures = f"max({long_memory:g} · {fine(old)}, {fine(abs(gradient))} + ε)"
    title = message("The largest gradient of late")
    largest = a.line(
        title, "u ← max(β₂ u, |g| + ε)", figures, max(long_memory * old, abs(gradient) + epsilon)
    )
    return a.divided(message("Step: rate times first mean over it"), "η m̂ ÷ u", a.rate, first, largest)


RULES: dict[type[Optimizer], Rule] = {Adam: adam, AdamW: adamw, NAdam: nadam, RAdam: radam, Adamax: adamax}
