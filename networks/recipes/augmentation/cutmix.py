"""Putting parts of images into others."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.fields import real
from networks.core.message import Message, message
from networks.recipes.augmentation.base import Augmentation, Probability


class CutMix(Augmentation, frozen=True):
    """Puts a rectangle of another image in and asks for both classes, by their areas (Yun et al. 2019)."""

    title: ClassVar = "CutMix"
    kind: ClassVar = "mixing"
    function: ClassVar = "cut_and_mixed"

    alpha: Annotated[
        float,
        real(
            "Alpha",
            "Of the Beta distribution of the shares: with 1 all are equally likely, with less most images "
            "stay nearly pure.",
            0.05,
            8.0,
        ),
    ] = 1.0
    probability: Probability = 0.5

    def amount(self) -> Message:
        return message("α {alpha}", alpha=f"{self.alpha:g}")
