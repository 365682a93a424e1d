"""Blocks of convolutions in series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec.structs import replace

from networks.blocks.base import Block, BlockNode, chained, convolutions_of
from networks.core.fields import described, whole
from networks.core.shapes import Shape
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import MaxPool2d
from networks.layers.rectifiers import ReLU

Filters = Annotated[int, whole("Filters", "Filters of every convolution.", 1, 65_536)]


class ConvBNReLU(Block, frozen=True):
    """A convolution without bias, its batch normalization and ReLU: what most networks since 2015 repeat.

    Ioffe and Szegedy 2015, "Batch Normalization", section 3.2: the normalization subtracts the mean, and any
    bias with it, so that the convolution needs none.
    """

    title: ClassVar = "Conv–BatchNorm–ReLU"
    icon: ClassVar = "conv-bn-relu"
    stem: ClassVar = "unit"
    keywords: ClassVar = "convolution batch normalization activation cbr unit"

    filters: Filters = 64
    kernel: Annotated[int, whole("Kernel", "Height and width of each filter.", 1, 63, unit="px")] = 3
    stride: Annotated[
        int, whole("Stride", "How many pixels the filter moves at each step.", 1, 8, unit="px")
    ] = 1

    def nodes(self, x: Shape | None) -> tuple[BlockNode, ...]:
        kernel, border, stride = ((size, size) for size in (self.kernel, self.kernel // 2, self.stride))
        return chained(
            ("conv", Conv2d(self.filters, kernel, stride, border, bias=False)),
            ("bn", BatchNorm2d()),
            ("relu", ReLU()),
        )

    @classmethod
    def recognised(cls, layers: Sequence[Layer]) -> ConvBNReLU | None:
        match convolutions_of(layers):
            case [first]:
                return cls(first.filters, first.kernel[0], first.stride[0])
        return None

    def landing(self, x: Shape) -> ConvBNReLU:
        return replace(self, filters=x[0]) if len(x) == 3 and x[0] > 3 else self

    def summary(self, x: Shape | None = None) -> str:
        text = f"{self.filters} · {self.kernel}×{self.kernel}"
        return text + (f" /{self.stride}" if self.stride > 1 else "")


class VGGStage(Block, frozen=True):
    """Some 3×3 convolutions of one width, then a pooling that halves the image.

    Simonyan and Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
    table 1: two 3×3 filters see as much as one 5×5 filter, with fewer weights and one more ReLU.
    """

    title: ClassVar = "VGG stage"
    icon: ClassVar = "vgg-stage"
    stem: ClassVar = "stage"
    keywords: ClassVar = "vgg convolutions pool simonyan"

    filters: Filters = 64
    convolutions: Annotated[
        int, whole("Convolutions", "How many convolutions there are in series.", 1, 16)
    ] = 2
    normalize: Annotated[
        bool, described("Batch normalization", "Normalize after every convolution; the paper did not.")
    ] = False

    def nodes(self, x: Shape | None) -> tuple[BlockNode, ...]:
        layers: list[tuple[str, Layer]] = []
        for number in range(1, self.convolutions + 1):
            layers.append((f"conv{number}", Conv2d(self.filters)))
            if self.normalize:
                layers.append((f"bn{number}", BatchNorm2d()))
            layers.append((f"relu{number}", ReLU()))
        return chained(*layers, ("pool", MaxPool2d()))

    def landing(self, x: Shape) -> VGGStage:
        """Twice the channels, as from stage to stage in table 1, at most its 512."""
        if len(x) != 3 or x[0] <= 3:
            return self
        return replace(self, filters=max(x[0], min(2 * x[0], 512)))

    def summary(self, x: Shape | None = None) -> str:
        text = f"{self.convolutions} × {self.filters}"
        return text + (" · batch norm" if self.normalize else "")
