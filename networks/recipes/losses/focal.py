"""The focal loss."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np

from networks.core.call import Call, call
from networks.core.fields import real
from networks.recipes.losses.base import Loss, Values, log_softmax, times


class Focal(Loss, frozen=True):
    """Cross-entropy that lets go of images that are nearly right, so that hard ones count more.

    Lin et al. 2017, "Focal Loss for Dense Object Detection", section 3, with the softmax of several classes
    in place of the sigmoid of one.
    """

    title: ClassVar = "Focal"
    soft: ClassVar = True
    own: ClassVar = True
    formula: ClassVar = "L = −α (1 − p(right))^γ · ln p(right)\np = softmax(scores)"
    paper: ClassVar = "Lin et al. 2017, section 3"
    good: ClassVar = (
        "Easy images hardly count, so many of them do not drown the few hard ones.",
        "Helps where one class is far more frequent than the others.",
    )
    bad: ClassVar = (
        "Wrong labels are the hardest images of all, and get the most attention.",
        "Its probabilities are too modest: it stops pushing before they are right.",
    )

    gamma: Annotated[
        float,
        real(
            "γ", "How strongly images that are nearly right are passed over; 0 is cross-entropy.", 0.0, 10.0
        ),
    ] = 2.0
    alpha: Annotated[float, real("α", "What the whole loss is multiplied by.", 0.0, 100.0, above=True)] = 1.0

    def call(self) -> Call:
        return call("focal", gamma=self.gamma, alpha=self.alpha)

    def by_chance(self, classes: int) -> float | None:
        return self.alpha * (1 - 1 / classes) ** self.gamma * math.log(classes) if classes > 1 else None

    def of_each(self, outputs: Values, targets: Values) -> Values:
        logarithms = log_softmax(outputs)
        found: Values = -times(targets, self.alpha * (-np.expm1(logarithms)) ** self.gamma * logarithms).sum(
            axis=1
        )
        return found

    def terms(self, outputs: Values, right: int) -> str:
        probability = np.exp(log_softmax(outputs[None])[0, right])
        factor = f"{self.alpha:g} · " if self.alpha != 1 else ""
        return f"−{factor}(1 − {probability:.3f})^{self.gamma:g} · ln {probability:.3f}"
