"""The squared error of probabilities."""

from __future__ import annotations

from typing import ClassVar

from networks.core.call import Call, call
from networks.recipes.losses.base import Loss, Values


class SquaredError(Loss, frozen=True):
    """How far the probabilities lie from 1 for the right class and 0 for all others, squared and added up.

    Brier 1950, "Verification of forecasts expressed in terms of probability". The squares of an image's
    classes are added, so that the loss does not shrink with the number of classes; torch's MSELoss takes
    their mean.
    """

    title: ClassVar = "MSE on one-hot"
    short: ClassVar = "MSE"
    expects: ClassVar = "probabilities"
    soft: ClassVar = True
    own: ClassVar = True
    formula: ClassVar = "L = (1 − p(right))² + Σ p(wrong)²\np: what Softmax gives"
    paper: ClassVar = "Brier 1950"
    good: ClassVar = (
        "Bounded: a wrong label cannot cost more than 2.",
        "Being honest pays: the best probability to give is the true one.",
    )
    bad: ClassVar = (
        "Behind a softmax that is sure and wrong it hardly learns: both slopes are flat there.",
        "Early training is slow for the same reason; cross-entropy has no such flat part.",
    )

    def call(self) -> Call:
        return call("squared_error")

    def by_chance(self, classes: int) -> float | None:
        return 1 - 1 / classes if classes > 1 else None

    def of_each(self, outputs: Values, targets: Values) -> Values:
        found: Values = ((outputs - targets) ** 2).sum(axis=1)
        return found

    def terms(self, outputs: Values, right: int) -> str:
        others = (outputs**2).sum() - outputs[right] ** 2
        return f"(1 − {outputs[right]:.3f})² + {others:.3f}"
