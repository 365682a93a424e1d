"""Cross-entropy, with label smoothing and class weights."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np

from networks.core.call import Call, call
from networks.core.fields import real
from networks.recipes.losses.base import Loss, Values, log_softmax, times


class CrossEntropy(Loss, frozen=True):
    """Minus the logarithm of the probability that softmax assigns to the right class.

    Bridle 1990; label smoothing: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer
    Vision", section 7.
    """

    title: ClassVar = "Cross-entropy"
    soft: ClassVar = True
    formula: ClassVar = "L = −ln p(right)\np = softmax(scores)"
    paper: ClassVar = "Bridle 1990; smoothing: Szegedy et al. 2016, section 7"
    good: ClassVar = (
        "The more certain a mistake, the harder it pushes: nothing gets stuck.",
        "Its probabilities can be taken at their word, more or less.",
    )
    bad: ClassVar = (
        "A wrong label pulls as hard as any other mistake.",
        "Never content: it keeps pushing right answers. Label smoothing of 0.1 stops that.",
    )

    label_smoothing: Annotated[
        float,
        real(
            "Label smoothing",
            "Share of the target probability that is moved from the right class and spread over all classes.",
            0.0,
            1.0,
            below=True,
        ),
    ] = 0.0

    def call(self) -> Call:
        options = {"label_smoothing": self.label_smoothing} if self.label_smoothing else {}
        return call("nn.CrossEntropyLoss", **options)

    def by_chance(self, classes: int) -> float | None:
        # the same with label smoothing, since every class has the probability 1 / classes
        return math.log(classes) if classes > 1 else None

    def of_each(self, outputs: Values, targets: Values) -> Values:
        smooth = targets * (1 - self.label_smoothing) + self.label_smoothing / targets.shape[1]
        found: Values = -times(smooth, log_softmax(outputs)).sum(axis=1)
        return found

    def terms(self, outputs: Values, right: int) -> str:
        logarithms = log_softmax(outputs[None])[0]
        probability = np.exp(logarithms[right])
        if not self.label_smoothing:
            return f"−ln {probability:.3f}"
        share = self.label_smoothing
        return f"−{1 - share:.3g} · ln {probability:.3f} + {share:.3g} · {-logarithms.mean():.3f}"
