"""Layers that change the size of an image, or the order of its channels; they have no weights."""

from __future__ import annotations

from math import gcd
from typing import Annotated, ClassVar, Literal

from networks.core.call import Argument, Call, call
from networks.core.fields import Pair, changed, described, whole
from networks.core.message import message, plural
from networks.core.shapes import Shape, ShapeError, checked, image
from networks.layers.base import Group, Layer


class ZeroPad2d(Layer, frozen=True):
    """Adds a border of zeros around the image, with a width of its own on each side."""

    group: ClassVar = Group.RESIZING
    icon: ClassVar = "zero-pad2d"
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

    def function(self, *inputs: Shape) -> Call:
        return call("nn.functional.pad", Argument(0), (self.left, self.right, self.top, self.bottom))

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> ZeroPad2d | None:
        sides = call.named.get("padding") or call.named["pad"]
        names = ("left", "right", "top", "bottom")
        return changed(cls(), **dict(zip(names, sides, strict=True))) if len(sides) == 4 else None

    def summary(self) -> str:
        sides = (self.left, self.right, self.top, self.bottom)
        if len(set(sides)) == 1:
            return str(self.left)
        return " ".join(f"{arrow}{side}" for arrow, side in zip("←→↑↓", sides, strict=True))


Interpolation = Annotated[
    Literal["nearest", "bilinear"],
    described(
        "Mode",
        "How the new pixels are made from the old ones.",
        labels={"nearest": "repeat (nearest)", "bilinear": "blend (bilinear)"},
    ),
]


class Upsample(Layer, frozen=True):
    """Enlarges the image by a whole factor, repeating or blending its pixels."""

    group: ClassVar = Group.RESIZING
    icon: ClassVar = "upsample"
    stem: ClassVar = "upsample"
    keywords: ClassVar = "resize scale interpolate enlarge zoom nearest bilinear decoder"

    scale_factor: Annotated[int, whole("Factor", "How many times as high and as wide.", 1, 64, unit="×")] = 2
    mode: Interpolation = "nearest"

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = image(inputs[0])
        return checked((channels, height * self.scale_factor, width * self.scale_factor))

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.mode == "nearest" else {"mode": self.mode}
        return call("nn.Upsample", scale_factor=self.scale_factor, **options)

    def adds_in_any_order(self, *inputs: Shape) -> bool:
        return self.mode == "bilinear" and self.scale_factor > 1

    def summary(self) -> str:
        return f"×{self.scale_factor} {self.mode}"


class Resize(Layer, frozen=True):
    """Enlarges or shrinks the image to a given size, repeating or blending its pixels.

    With it a branch comes to the size of another that it is added to, whatever their sizes are.
    """

    group: ClassVar = Group.RESIZING
    icon: ClassVar = "resize"
    stem: ClassVar = "resize"
    keywords: ClassVar = "upsample interpolate enlarge shrink fixed size nearest bilinear"
    torch_names: ClassVar = {"pixels": "size"}

    pixels: Annotated[Pair, described("Size", "Height and width of the new image.", unit="px")] = (32, 32)
    mode: Interpolation = "nearest"

    def shape(self, *inputs: Shape) -> Shape:
        return checked((image(inputs[0])[0], *self.pixels))

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.mode == "nearest" else {"mode": self.mode}
        return call("nn.Upsample", self.pixels, **options)

    def adds_in_any_order(self, *inputs: Shape) -> bool:
        return self.mode == "bilinear" and image(inputs[0])[1:] != self.pixels

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> Resize | None:
        size = call.named["size"]
        if size is None:
            return None
        pixels = (size, size) if isinstance(size, int) else tuple(size)
        return changed(cls(), pixels=pixels, mode=call.named["mode"])

    def summary(self) -> str:
        return f"{self.pixels[0]}×{self.pixels[1]} {self.mode}"


class PadChannels(Layer, frozen=True):
    """Appends channels of zeros, and puts as many in front as is wished.

    He et al. 2015, "Deep Residual Learning for Image Recognition", section 3.3, option A: a shortcut across a
    wider layer that learns nothing. Much published code puts half of the zeros in front.
    """

    group: ClassVar = Group.RESIZING
    title: ClassVar = "Pad channels"
    follows_input: ClassVar = True
    icon: ClassVar = "pad-channels"
    stem: ClassVar = "pad"
    keywords: ClassVar = "zero channels shortcut option a resnet cifar"

    extra: Annotated[int, whole("Behind", "How many channels of zeros come behind.", 0, 65_536)] = 16
    before: Annotated[int, whole("In front", "How many channels of zeros come in front.", 0, 65_536)] = 0

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = image(inputs[0])
        return checked((self.before + channels + self.extra, height, width))

    def function(self, *inputs: Shape) -> Call:
        return call("nn.functional.pad", Argument(0), (0, 0, 0, 0, self.before, self.extra))

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> PadChannels | None:
        sides = call.named["pad"]
        return changed(cls(), extra=sides[5], before=sides[4]) if len(sides) == 6 else None

    def summary(self) -> str:
        return f"+{self.before} +{self.extra}" if self.before else f"+{self.extra}"


class SliceChannels(Layer, frozen=True):
    """Keeps consecutive channels and leaves out the others."""

    group: ClassVar = Group.RESIZING
    title: ClassVar = "Slice channels"
    icon: ClassVar = "slice-channels"
    stem: ClassVar = "slice"
    keywords: ClassVar = "split chunk narrow part select shufflenet"
    views_input: ClassVar = True

    start: Annotated[
        int, whole("Start", "The first channel that is kept; 0 is the first of all.", 0, 65_535)
    ] = 0
    stop: Annotated[int, whole("Stop", "The channel after the last one that is kept.", 1, 65_536)] = 1

    def shape(self, *inputs: Shape) -> Shape:
        channels = inputs[0][0]
        if self.start >= self.stop:
            raise ShapeError(
                message("a stop after the start"),
                message("channels from {start} to {stop}", start=self.start, stop=self.stop),
                message("choose a larger stop"),
            )
        if self.stop > channels:
            raise ShapeError(
                message("at least {stop} channels", stop=self.stop),
                message("{channels}", channels=channels),
                message("choose a smaller stop"),
            )
        return (self.stop - self.start, *inputs[0][1:])

    def function(self, *inputs: Shape) -> Call:
        return call("torch.narrow", Argument(0), 1, self.start, self.stop - self.start)

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> SliceChannels:
        start = call.named["start"]
        return changed(cls(), start=start, stop=start + call.named["length"])

    def summary(self) -> str:
        return f"{self.start}–{self.stop}"


class ChannelShuffle(Layer, frozen=True):
    """Reorders the channels, taking one from each group in turn, so that grouped convolutions mix.

    Zhang et al. 2018, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices",
    section 3.1.
    """

    group: ClassVar = Group.RESIZING
    title: ClassVar = "Channel shuffle"
    icon: ClassVar = "channel-shuffle"
    stem: ClassVar = "shuffle"
    keywords: ClassVar = "channelshuffle groups mix permute shufflenet"

    groups: Annotated[
        int, whole("Groups", "Parts of equal size that the channels are taken from in turn.", 1, 65_536)
    ] = 2

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = image(inputs[0])
        if channels % self.groups:
            raise ShapeError(
                message("channels that {groups} groups divide evenly", groups=self.groups),
                plural("{count} channel", "{count} channels", count=channels),
                message(
                    "choose groups that divide them, such as {groups}", groups=gcd(channels, self.groups)
                ),
            )
        return inputs[0]

    def module(self, *inputs: Shape) -> Call:
        return call("nn.ChannelShuffle", self.groups)

    def summary(self) -> str:
        return f"{self.groups} groups"
