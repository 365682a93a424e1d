"""RMSprop, Adagrad and Adadelta: the gradient over how large it has been."""

from __future__ import annotations

import math

from networks.core.message import message
from networks.explanations.updates.arithmetic import Arithmetic, Rule, fine, fine_enclosed, ratio, root
from networks.recipes.optimizers import Adadelta, Adagrad, Optimizer, RMSprop


def rmsprop(a: Arithmetic) -> float:
    """The step of RMSprop (Tieleman and Hinton 2012; centered: Graves 2013, section 4.2)."""
    gradient, memory = a.joined_decay(), float(a.options["alpha"])
    title = message("Mean of the squared gradients: how bumpy")
    spread = a.mean(title, "v ← α v + (1−α) g²", memory, a.kept("square_avg"), gradient**2)
    if a.options["centered"]:
        title = message("Mean of the gradients")
        mean = a.mean(title, "m ← α m + (1−α) g", memory, a.kept("grad_avg"), gradient)
        title = message("Their variance")
        spread = a.line(title, "v − m²", f"{fine(spread)} − {fine_enclosed(mean)}²", spread - mean**2)
    by = root(spread) + float(a.options["eps"])
    share = float(a.options["momentum"])
    if not share:
        title = message("Step: rate times gradient over the root")
        return a.divided(title, "η g ÷ (√v + ε)", a.rate, gradient, by)
    title = message("Momentum: a share of the steps before, and the gradient over the root")
    old = a.kept("momentum_buffer")
    figures = f"{share:g} · {fine_enclosed(old)} + {fine_enclosed(gradient)} ÷ {fine(by)}"
    along = a.line(title, "b ← μ b + g ÷ (√v + ε)", figures, share * old + ratio(gradient, by))
    return a.scaled(message("Step: rate times direction"), "η b", a.rate, along)


def adagrad(a: Arithmetic) -> float:
    """The step of Adagrad (Duchi et al. 2011, figure 1)."""
    gradient, slower = a.joined_decay(), float(a.options["lr_decay"])
    old = a.kept("sum", float(a.options["initial_accumulator_value"]))
    figures = f"{fine(old)} + {fine_enclosed(gradient)}²"
    total = a.line(message("Sum of all squared gradients so far"), "s ← s + g²", figures, old + gradient**2)
    rate = a.rate
    if slower:
        figures = f"{fine(rate)} ÷ (1 + {a.steps - 1} · {fine(slower)})"
        title = message("The rate, slowed down")
        rate = a.line(title, "η ÷ (1 + steps · decay)", figures, rate / (1 + (a.steps - 1) * slower))
    by = math.sqrt(total) + float(a.options["eps"])
    title = message("Step: rate times gradient over the root of the sum")
    return a.divided(title, "η g ÷ (√s + ε)", rate, gradient, by)


def adadelta(a: Arithmetic) -> float:
    """The step of Adadelta (Zeiler 2012, algorithm 1)."""
    gradient, memory = a.joined_decay(), float(a.options["rho"])
    epsilon = float(a.options["eps"])
    title = message("Mean of the squared gradients: how bumpy")
    bumpy = a.mean(title, "v ← ρ v + (1−ρ) g²", memory, a.kept("square_avg"), gradient**2)
    far = a.kept("acc_delta")
    along = math.sqrt(far + epsilon) / math.sqrt(bumpy + epsilon) * gradient
    figures = f"√({fine(far)} + ε) ÷ √({fine(bumpy)} + ε) · {fine_enclosed(gradient)}"
    title = message("As far as the last steps went, over how bumpy it is")
    along = a.line(title, "Δ = √(u + ε) ÷ √(v + ε) · g", figures, along)
    return a.scaled(message("Step: rate times this"), "η Δ", a.rate, along)


RULES: dict[type[Optimizer], Rule] = {RMSprop: rmsprop, Adagrad: adagrad, Adadelta: adadelta}
