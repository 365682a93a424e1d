"""Negative log-likelihood, for networks that end in log-softmax."""

from __future__ import annotations

import math
from typing import ClassVar

from networks.core.call import Call, call
from networks.recipes.losses.base import Loss, Values, times


class NegativeLogLikelihood(Loss, frozen=True):
    """Minus what the last layer gives for the right class, which must be the logarithm of a probability.

    Behind LogSoftmax it is cross-entropy (Goodfellow et al. 2016, "Deep Learning", section 5.5).
    """

    title: ClassVar = "Negative log-likelihood"
    short: ClassVar = "NLL"
    expects: ClassVar = "log-probabilities"
    formula: ClassVar = "L = −ln p(right)\nln p: what LogSoftmax gives"
    paper: ClassVar = "Goodfellow et al. 2016, section 5.5"
    good: ClassVar = (
        "Behind LogSoftmax it is cross-entropy: certain mistakes are pushed hardest.",
        "The network itself gives log-probabilities, ready to be added up.",
    )
    bad: ClassVar = (
        "Without LogSoftmax it falls without end and nothing is learned.",
        "Takes no soft targets: with mixup choose Kullback–Leibler.",
    )

    def call(self) -> Call:
        return call("nn.NLLLoss")

    def by_chance(self, classes: int) -> float | None:
        return math.log(classes) if classes > 1 else None

    def of_each(self, outputs: Values, targets: Values) -> Values:
        found: Values = -times(targets, outputs).sum(axis=1)
        return found

    def terms(self, outputs: Values, right: int) -> str:
        return f"−({outputs[right]:.3f})".replace("-", "−")
