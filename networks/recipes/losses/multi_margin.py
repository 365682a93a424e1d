"""The multi-class margin loss, also called hinge loss."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np

from networks.core.call import Call, call
from networks.core.fields import described, real
from networks.recipes.losses.base import Loss, Values


class MultiMargin(Loss, frozen=True):
    """Costs nothing once the right class leads every other one by a margin of score.

    Weston and Watkins 1999, "Support Vector Machines for Multi-Class Pattern Recognition". As in torch, the
    sum over the other classes is divided by the number of classes.
    """

    title: ClassVar = "Multi-margin"
    short: ClassVar = "Margin"
    formula: ClassVar = "L = Σ max(0, margin − s(right) + s(wrong))ᵖ ÷ classes"
    paper: ClassVar = "Weston and Watkins 1999"
    good: ClassVar = (
        "Content once the margin is kept: easy images no longer move the weights.",
        "Linear for big mistakes, so outliers pull no harder than others.",
    )
    bad: ClassVar = (
        "Its scores mean no probabilities.",
        "Near the margin its slope jumps; takes no soft targets, so no mixup.",
    )

    p: Annotated[
        Literal[1, 2],
        described(
            "Power",
            "What each shortfall is raised to; 2 punishes large ones more.",
            labels={"1": "1, linear", "2": "2, squared"},
        ),
    ] = 1
    margin: Annotated[
        float, real("Margin", "How far the right class's score has to lead.", 0.0, 100.0, above=True)
    ] = 1.0

    def call(self) -> Call:
        return call("nn.MultiMarginLoss", p=self.p, margin=self.margin)

    def by_chance(self, classes: int) -> float | None:
        return self.margin**self.p * (classes - 1) / classes if classes > 1 else None

    def of_each(self, outputs: Values, targets: Values) -> Values:
        right = targets.argmax(axis=1)[:, None]
        short = np.maximum(0, self.margin - np.take_along_axis(outputs, right, 1) + outputs) ** self.p
        found: Values = (short.sum(axis=1) - self.margin**self.p) / outputs.shape[1]
        return found

    def terms(self, outputs: Values, right: int) -> str:
        short = np.maximum(0, self.margin - outputs[right] + outputs) ** self.p
        short[right] = 0
        power = "²" if self.p == 2 else ""
        first = int(np.argmax(short))
        inside = f"{self.margin:g} − {outputs[right]:.2f} + {outputs[first]:.2f}".replace("-", "−")
        more = int((short > 0).sum()) - 1
        rest = f" + {more} more" if more > 0 else ""
        return f"(max(0, {inside}){power}{rest}) ÷ {len(outputs)}"
