"""The losses, declared: what training makes small."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from networks.core.call import Call, call
from networks.core.declared import Closed, Declared, catalog
from networks.core.fields import real


class Loss(Declared, frozen=True):
    """One loss is one subclass; `call` makes the torch module."""

    weighs_classes: ClassVar[bool] = False
    """Whether torch's module takes a `weight` for each class."""

    def call(self) -> Call:
        """The call that makes the torch module."""
        raise NotImplementedError

    def by_chance(self, classes: int) -> float | None:
        """The loss of a network that holds all classes for equally likely; None where that says nothing."""
        return None


class CrossEntropy(Loss, frozen=True):
    """Minus the logarithm of the probability that softmax assigns to the right class."""

    title: ClassVar = "Cross-entropy"
    weighs_classes: ClassVar = True

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


LOSSES = catalog(Loss, __name__)

AnyLoss = Closed[Loss]
