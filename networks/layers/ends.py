"""The two ends of a network: the images that go in and the scores that come out."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from networks.core.fields import Size, described, real
from networks.core.shapes import Shape, show
from networks.layers.base import Group, Layer

ImageSize = tuple[Size, Size]
PerChannel = tuple[float, ...]

LUMINANCE = (0.299, 0.587, 0.114)
"""How bright red, green and blue are to the eye (Recommendation ITU-R BT.601-7, section 2.5.1)."""

NORMALIZATIONS: dict[str, tuple[PerChannel, PerChannel]] = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "centered": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "unit": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
}
"""Mean and deviation of red, green and blue where black is 0 and white is 1.

Those of ImageNet's training images are the ones that torchvision's published weights were trained with.
"""


class Input(Layer, frozen=True):
    """Where images enter the network, converted to this size, number of channels and scale."""

    group: ClassVar = Group.NETWORK
    icon: ClassVar = "input"
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
        ImageSize, described("Size", "Height and width that every image is resized to.", unit="px")
    ] = (
        28,
        28,
    )
    normalize: Annotated[
        Literal["data", "imagenet", "centered", "unit"],
        described(
            "Scale",
            "The mean that is subtracted from each channel, and the deviation that it is divided by.",
            labels={
                "data": "mean 0, deviation 1",
                "imagenet": "as for ImageNet",
                "centered": "−1 to 1",
                "unit": "0 to 1",
            },
        ),
    ] = "data"

    def mean_and_deviation(self) -> tuple[PerChannel, PerChannel] | None:
        """One number each per channel, for pixels from 0 to 1; None for those of the training images.

        With one channel, those of the colours are weighted by their luminance.
        """
        if self.normalize == "data":
            return None
        mean, deviation = NORMALIZATIONS[self.normalize]
        return (mean, deviation) if self.channels == 3 else (_grey(mean), _grey(deviation))

    def shape(self, *inputs: Shape) -> Shape:
        return (self.channels, *self.size)

    def summary(self) -> str:
        return show(self.shape())


def _grey(colours: PerChannel) -> PerChannel:
    return (round(sum(part * colour for part, colour in zip(LUMINANCE, colours, strict=True)), 3),)


class Output(Layer, frozen=True):
    """Where the scores leave the network, one per class; the loss compares them with the labels."""

    group: ClassVar = Group.NETWORK
    icon: ClassVar = "output"
    stem: ClassVar = "output"
    keywords: ClassVar = "loss classes logits end"
    ends: ClassVar = True

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


class AuxiliaryOutput(Layer, frozen=True):
    """Scores from half way, whose loss is added while training, so that early layers get more gradient.

    Evaluation leaves them out. Szegedy et al. 2015, "Going Deeper with Convolutions", section 5, adds the
    losses of two such outputs with weight 0.3.
    """

    group: ClassVar = Group.NETWORK
    title: ClassVar = "Auxiliary output"
    icon: ClassVar = "auxiliary-output"
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
