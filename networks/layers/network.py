"""The two ends of a network: the images that go in and the scores that come out."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from networks.fields import Size, described, real
from networks.layers.base import Group, Layer
from networks.shapes import Shape, show

ImageSize = tuple[Size, Size]


class Input(Layer, frozen=True):
    """Where the images come in, brought to this size and number of channels."""

    group: ClassVar = Group.NETWORK
    stem: ClassVar = "input"
    keywords: ClassVar = "images data source"
    fewest_inputs: ClassVar = 0
    most_inputs: ClassVar = 0

    channels: Annotated[
        Literal[1, 3],
        described(
            "Channels", "Colour planes of each image.", labels={"1": "1 (grey)", "3": "3 (red, green, blue)"}
        ),
    ] = 1
    size: Annotated[
        ImageSize, described("Size", "Height and width that every image is brought to.", unit="px")
    ] = (
        28,
        28,
    )

    def shape(self, *inputs: Shape) -> Shape:
        return (self.channels, *self.size)

    def summary(self) -> str:
        return show(self.shape())


class Output(Layer, frozen=True):
    """Where the scores come out, one for each class, to be judged by the loss."""

    group: ClassVar = Group.NETWORK
    stem: ClassVar = "output"
    keywords: ClassVar = "loss classes logits end"
    ends: ClassVar = True

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


class AuxiliaryOutput(Layer, frozen=True):
    """Scores from half way: their loss is added while training, so that early layers get more gradient.

    Evaluation leaves them out. Szegedy et al. 2015, "Going Deeper with Convolutions", section 5, adds the
    losses of two such outputs with weight 0.3.
    """

    group: ClassVar = Group.NETWORK
    title: ClassVar = "Auxiliary output"
    stem: ClassVar = "aux"
    keywords: ClassVar = "auxiliary loss classes logits head googlenet deep supervision"
    ends: ClassVar = True

    weight: Annotated[
        float, real("Weight", "What its loss is multiplied by before it is added.", 0.0, 100.0, above=True)
    ] = 0.3

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def summary(self) -> str:
        return f"× {self.weight:g}"
