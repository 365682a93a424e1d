"""What every augmentation declares: the function that makes it, and its strength in words."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec.structs import asdict

from networks.core.declared import Declared
from networks.core.fields import real
from networks.core.message import Message, message

Kind = Literal["geometry", "pixels", "mixing"]

Probability = Annotated[
    float,
    real(
        "Probability",
        "The share of the images that it is applied to, drawn anew for every image in every epoch.",
        0.0,
        1.0,
    ),
]


Alpha = Annotated[
    float,
    real(
        "Alpha",
        "Of the Beta distribution of the shares: with 1 all are equally likely, with less most images "
        "stay nearly pure.",
        0.05,
        8.0,
    ),
]


class Augmentation(Declared, frozen=True):
    """One augmentation is one subclass; its fields are the arguments of its function."""

    kind: ClassVar[Kind]
    """Whether it moves pixels, changes their values, or mixes two images and their classes."""
    function: ClassVar[str]
    """Its name in `networks.data.augmentation`, in the file that is called like its kind."""
    colours: ClassVar[bool] = False
    """Whether it leaves images as they are that are not in colour."""

    upright: ClassVar[bool] = False
    """Whether it moves pixels along the edges only, so that it can be cut out of a picture being decoded."""

    probability: Probability = 1.0

    def options(self) -> dict[str, float]:
        """The arguments of the function."""
        return asdict(self)

    def amount(self) -> Message:
        """How much it changes an image, in a few words such as `±10°`; empty where there is one way only."""
        return message("")

    def drawn(self, numbers: tuple[float, ...]) -> Message:
        """What a draw has made of one image, such as `7.2°`; empty where there is nothing to tell.

        `numbers` are those of `networks.data.augmentation.drawn`.
        """
        return message("")


def times(factor: float) -> Message:
    """`×1.08`."""
    return message("×{factor}", factor=f"{factor:.2f}")


def patch(left: float, top: float, width: float, height: float) -> Message:
    """`9×6 px at 3, 4`: a rectangle in whole pixels, and its left and upper edge."""
    return message(
        "{width}×{height} px at {left}, {top}",
        width=round(width),
        height=round(height),
        left=round(left),
        top=round(top),
    )


def signed(number: float, digits: int = 1) -> str:
    """`−2.1`, with a real minus sign, and no sign for what is rounded to 0."""
    rounded = round(number, digits) + 0.0
    return f"{rounded:.{digits}f}".replace("-", "\N{MINUS SIGN}")


class Mixing(Augmentation, frozen=True):
    """What steps share that make one image of two."""

    kind: ClassVar = "mixing"

    alpha: Alpha = 1.0

    def amount(self) -> Message:
        return message("α {alpha}", alpha=f"{self.alpha:g}")
