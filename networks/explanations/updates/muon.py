"""Muon: steps along a direction that was made orthogonal."""

from __future__ import annotations

import math

from networks.core.message import message
from networks.explanations.updates.adam import adam_step
from networks.explanations.updates.arithmetic import Arithmetic, Rule, fine
from networks.recipes.optimizers import Muon, Optimizer

_ADAM_EPSILON = 1e-8
"""That of the AdamW within Muon: `networks.training.printed.muon`."""


def muon(a: Arithmetic) -> float:
    """The step of Muon (Jordan et al. 2024); that of AdamW for weights that it leaves to it."""
    if not a.options["muon"]:
        step = adam_step(a, a.gradient, _ADAM_EPSILON)
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
    figures = f"{fine(a.rate)} · 0.2 · √{max(rows, columns)}"
    a.line(title, "0.2 η √max(rows, columns)", figures, rate)
    step = a.scaled(message("Step: rate times direction"), "0.2 η √max · U Vᵀ", rate, along)
    a.separate_decay()
    return step


RULES: dict[type[Optimizer], Rule] = {Muon: muon}
