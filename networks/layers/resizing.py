"""Layers that enlarge an image without learning anything."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from networks.call import Argument, Call, call
from networks.fields import described, whole
from networks.layers.base import Group, Layer
from networks.shapes import Shape, checked, image


class ZeroPad2d(Layer, frozen=True):
    """Adds a border of zeros around the image, on each side as wide as it is told."""

    group: ClassVar = Group.RESIZING
    stem: ClassVar = "pad"
    keywords: ClassVar = "padding border margin asymmetric"

    left: Annotated[int, whole("Left", "Columns of zeros added on the left.", 0, 1024, unit="px")] = 1
    right: Annotated[int, whole("Right", "Columns of zeros added on the right.", 0, 1024, unit="px")] = 1
    top: Annotated[int, whole("Top", "Rows of zeros added above.", 0, 1024, unit="px")] = 1
    bottom: Annotated[int, whole("Bottom", "Rows of zeros added below.", 0, 1024, unit="px")] = 1

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = image(inputs[0])
        return checked((channels, height + self.top + self.bottom, width + self.left + self.right))

    def module(self, *inputs: Shape) -> Call:
        sides = (self.left, self.right, self.top, self.bottom)
        return call("nn.ZeroPad2d", self.left if len(set(sides)) == 1 else sides)

    def summary(self) -> str:
        sides = (self.left, self.right, self.top, self.bottom)
        if len(set(sides)) == 1:
            return str(self.left)
        return " ".join(f"{arrow}{side}" for arrow, side in zip("←→↑↓", sides, strict=True))


class Upsample(Layer, frozen=True):
    """Enlarges the image by a whole factor, repeating or blending its pixels."""

    group: ClassVar = Group.RESIZING
    stem: ClassVar = "upsample"
    keywords: ClassVar = "resize scale interpolate enlarge zoom nearest bilinear decoder"

    scale_factor: Annotated[int, whole("Factor", "How many times as high and as wide.", 1, 64, unit="×")] = 2
    mode: Annotated[
        Literal["nearest", "bilinear"],
        described(
            "Mode",
            "How the new pixels are made from the old ones.",
            labels={"nearest": "repeat (nearest)", "bilinear": "blend (bilinear)"},
        ),
    ] = "nearest"

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = image(inputs[0])
        return checked((channels, height * self.scale_factor, width * self.scale_factor))

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.mode == "nearest" else {"mode": self.mode}
        return call("nn.Upsample", scale_factor=self.scale_factor, **options)

    def summary(self) -> str:
        return f"×{self.scale_factor} {self.mode}"


class PadChannels(Layer, frozen=True):
    """Adds channels of zeros behind those that come.

    He et al. 2015, "Deep Residual Learning for Image Recognition", section 3.3, option A: a shortcut across a
    wider layer that learns nothing.
    """

    group: ClassVar = Group.RESIZING
    title: ClassVar = "Pad channels"
    stem: ClassVar = "pad"
    keywords: ClassVar = "zero channels shortcut option a resnet cifar"

    extra: Annotated[int, whole("Channels", "How many channels of zeros are added.", 1, 65_536)] = 16

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = image(inputs[0])
        return checked((channels + self.extra, height, width))

    def function(self, *inputs: Shape) -> Call:
        return call("nn.functional.pad", Argument(0), (0, 0, 0, 0, 0, self.extra))

    def summary(self) -> str:
        return f"+{self.extra}"
