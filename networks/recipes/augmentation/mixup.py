"""Adding images to each other."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability


class Mixup(Augmentation, frozen=True):
    """Adds another image faintly and asks for both classes in the same shares (Zhang et al. 2017)."""

    title: ClassVar = "Mixup"
    kind: ClassVar = "mixing"
    function: ClassVar = "mixed_up"

    alpha: Annotated[
        float,
        real(
            "Alpha",
            "Of the Beta distribution of the shares: with 1 all are equally likely, with less most images "
            "stay nearly pure.",
            0.05,
            8.0,
        ),
    ] = 0.2
    probability: Probability = 1.0

    def amount(self) -> Message:
        return message("α {alpha}", alpha=f"{self.alpha:g}")
