"""Gradient descent: steps against the gradient, with momentum or without."""

from __future__ import annotations

from networks.core.message import message
from networks.explanations.updates.arithmetic import Arithmetic, Rule, fine, fine_enclosed
from networks.recipes.optimizers import SGD, Optimizer


def sgd(a: Arithmetic) -> float:
    """The step of gradient descent, with momentum as torch has it, without dampening."""
    gradient, share = a.joined_decay(), float(a.options["momentum"])
    along = gradient
    if share:
        title = message("Momentum: a share of the steps before, and the gradient")
        old = a.kept("momentum_buffer")
        figures = f"{share:g} · {fine_enclosed(old)} + {fine_enclosed(gradient)}"
        along = a.line(title, "v ← μ v + g", figures, share * old + gradient)
        if a.options["nesterov"]:
            figures = f"{fine(gradient)} + {share:g} · {fine_enclosed(along)}"
            title = message("Nesterov: looks ahead along the momentum")
            along = a.line(title, "g + μ v", figures, gradient + share * along)
    return a.scaled(message("Step: rate times direction"), "η v" if share else "η g", a.rate, along)


RULES: dict[type[Optimizer], Rule] = {SGD: sgd}
