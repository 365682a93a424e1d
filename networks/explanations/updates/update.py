"""What an optimizer makes of a gradient: the arithmetic by which one step changes one weight.

The formulas are those of the papers that `networks.recipes.optimizers` names, in torch's order.
"""

from __future__ import annotations

import numpy as np

from networks.core.message import UserError, message
from networks.explanations.core.places import Position
from networks.explanations.updates import adafactor, adam, gradient_descent, muon, scaled_gradient
from networks.explanations.updates.arithmetic import Arithmetic, Rule, Update, WeightStep
from networks.recipes.optimizers import Optimizer

RULES: dict[type[Optimizer], Rule] = {
    kind: rule
    for family in (gradient_descent, adam, scaled_gradient, adafactor, muon)
    for kind, rule in family.RULES.items()
}
"""The arithmetic of each optimizer."""


class UnexplainedOptimizerError(UserError):
    """An optimizer whose arithmetic is not declared."""

    def __init__(self, kind: type[Optimizer]) -> None:
        super().__init__(message("There is no explanation of the steps of {kind} yet.", kind=kind.name()))


@np.errstate(all="ignore")
def explained_update(made: WeightStep, at: Position) -> Update:
    """How the step changed one number of the tensor; `at` is its position there.

    Raises UnexplainedOptimizerError where the optimizer's arithmetic is not declared.
    """
    rule = RULES.get(made.optimizer)
    if rule is None:
        raise UnexplainedOptimizerError(made.optimizer)
    arithmetic = Arithmetic(made, at)
    step = rule(arithmetic)
    return Update(
        arithmetic.before,
        arithmetic.gradient,
        tuple(arithmetic.lines),
        step,
        arithmetic.decay,
        arithmetic.rate * arithmetic.gradient,
    )
