"""Binary cross-entropy for each class."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from networks.core.call import Call, call
from networks.recipes.losses.base import Loss, Values


class BinaryCrossEntropy(Loss, frozen=True):
    """Asks of every class by itself whether the image shows it, by a sigmoid each, and adds up the losses.

    Beyer et al. 2020, "Are we done with ImageNet?", section 5. The losses of an image's classes are added, so
    that the loss does not shrink with the number of classes; torch's BCEWithLogitsLoss takes their mean.
    """

    title: ClassVar = "Binary, per class"
    short: ClassVar = "Binary"
    soft: ClassVar = True
    per_class: ClassVar = True
    own: ClassVar = True
    formula: ClassVar = "L = −ln p(right) − Σ ln(1 − p(wrong))\np = sigmoid(score)"
    paper: ClassVar = "Beyer et al. 2020, section 5"
    good: ClassVar = (
        "Fits images that show several classes or none.",
        "Classes do not push each other down, so one doubtful label does less harm.",
    )
    bad: ClassVar = (
        "With many classes, all the easy “no” outweigh the one “yes” at first.",
        "Its probabilities do not add up to 1.",
    )

    def call(self) -> Call:
        return call("binary_cross_entropy")

    def by_chance(self, classes: int) -> float | None:
        if classes < 2:
            return None
        return math.log(classes) - (classes - 1) * math.log1p(-1 / classes)

    def of_each(self, outputs: Values, targets: Values) -> Values:
        found: Values = (np.logaddexp(0, outputs) - targets * outputs).sum(axis=1)
        return found

    def terms(self, outputs: Values, right: int) -> str:
        yes = np.exp(-np.logaddexp(0, -outputs[right]))
        others = np.logaddexp(0, outputs).sum() - np.logaddexp(0, outputs[right])
        return f"−ln {yes:.3f} + {others:.3f}"
