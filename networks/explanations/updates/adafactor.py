"""Adafactor: how large gradients have been, by a number for each row and column."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from networks.core.message import message
from networks.explanations.core.places import Array
from networks.explanations.updates.arithmetic import Arithmetic, Rule, fine, fine_enclosed
from networks.recipes.optimizers import Adafactor, Optimizer


def adafactor(a: Arithmetic) -> float:
    """The step of Adafactor (Shazeer and Stern 2018, algorithms 4 and 5), as torch takes it."""
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
        figures = "{} · {} ÷ {}".format(*(fine(float(part)) for part in whole))
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
        figures = f"{1 - fresh:.5g} · {fine(old)} + {fresh:.5g} · {fine_enclosed(a.gradient)}²"
        a.line(title, "v ← (1 − tᵝ) v + tᵝ g²", figures, float(spreads[at]))
    updates = gradient / np.sqrt(np.maximum(spreads, least**2))
    title = message("Gradient over the root")
    along = a.divided(
        title, "g ÷ √v", 1.0, a.gradient, a.gradient / float(updates[at]) if updates[at] else 1.0
    )
    typical = float(np.sqrt((updates**2).mean()))
    cut = max(1.0, typical / float(a.options["d"]))
    title = message("What it is divided by, so that no step is too large")
    a.line(title, "max(1, typical ÷ d)", f"max(1, {fine(typical)} ÷ {a.options['d']:g})", cut)
    size = max(smallest, float(np.sqrt((weight**2).mean())))
    rate = min(a.rate, 1 / math.sqrt(steps))
    title = message("Rate times the typical size of these weights")
    alpha = a.line(title, "α = ρ · typical(w)", f"{fine(rate)} · {fine(size)}", rate * size)
    step = a.divided(message("Step: this times direction"), "α g ÷ √v ÷ max", alpha, along, cut)
    a.separate_decay()
    return step


def _blended(kept: Mapping[str, Array], name: str, new: Array, fresh: float) -> Array:
    """A running mean of which the `fresh` share is new; it began at zero."""
    old = kept[name].astype(np.float64) if name in kept else np.zeros_like(new)
    found: Array = old + fresh * (new - old)
    return found


RULES: dict[type[Optimizer], Rule] = {Adafactor: adafactor}
