"""The Kullback-Leibler divergence from soft targets."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from networks.core.call import Call, call
from networks.recipes.losses.base import Loss, Values, times


class KullbackLeibler(Loss, frozen=True):
    """How much the network's probabilities differ from the targets', which may be soft, as with mixup.

    Kullback and Leibler 1951, "On Information and Sufficiency". With hard labels it is the negative
    log-likelihood.
    """

    title: ClassVar = "Kullback–Leibler"
    short: ClassVar = "KL"
    expects: ClassVar = "log-probabilities"
    soft: ClassVar = True
    own: ClassVar = True
    formula: ClassVar = "L = Σ t (ln t − ln p)\nln p: what LogSoftmax gives"
    paper: ClassVar = "Kullback and Leibler 1951"
    good: ClassVar = (
        "Takes soft targets, and is 0 where they are met exactly.",
        "With hard labels it is the negative log-likelihood.",
    )
    bad: ClassVar = (
        "Without LogSoftmax it falls without end and nothing is learned.",
        "With mixup its values are lower than cross-entropy's by the targets' entropy: do not compare them.",
    )

    def call(self) -> Call:
        return call("kullback_leibler")

    def by_chance(self, classes: int) -> float | None:
        return math.log(classes) if classes > 1 else None

    def of_each(self, outputs: Values, targets: Values) -> Values:
        own = times(targets, np.log(np.where(targets == 0, 1.0, targets)))
        found: Values = (own - times(targets, outputs)).sum(axis=1)
        return found

    def terms(self, outputs: Values, right: int) -> str:
        return f"0 − ({outputs[right]:.3f})".replace("-", "−")
