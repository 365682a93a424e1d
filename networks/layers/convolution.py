"""Layers that slide learned filters over an image."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.call import Call, call
from networks.fields import Pair, PairFromZero, described, whole
from networks.layers.base import Group, Layer
from networks.message import message
from networks.shapes import Shape, ShapeError, checked, count, image, shown, window

Filters = Annotated[
    int, whole("Filters", "How many filters are learned; each writes one channel of the output.", 1, 65_536)
]
Kernel = Annotated[Pair, described("Kernel", "Height and width of each filter.", unit="px")]
Stride = Annotated[Pair, described("Stride", "Pixels from one place of the filter to the next.", unit="px")]
Padding = Annotated[PairFromZero, described("Padding", "Zeros added on each side of the image.", unit="px")]
Dilation = Annotated[
    Pair, described("Dilation", "Pixels between neighbouring weights of a filter; 1 is dense.", unit="px")
]
Bias = Annotated[bool, described("Bias", "Learn one number per filter that is added to its output.")]


def slid(x: Shape, channels: int, kernel: Pair, stride: Pair, padding: PairFromZero, dilation: Pair) -> Shape:
    """Shape after a filter has slid over `x`. Raises ShapeError where the filter is larger than the image."""
    _, height, width = image(x)
    sizes = tuple(
        window(size, k, s, p, d)
        for size, k, s, p, d in zip((height, width), kernel, stride, padding, dilation, strict=True)
    )
    if min(sizes) < 1:
        reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        raise ShapeError(
            message(
                "an image of at least {height}×{width} pixels with its padding",
                height=reach[0],
                width=reach[1],
            ),
            shown(x),
            message("choose a smaller kernel or more padding, or pool less before"),
        )
    return checked((channels, *sizes))


def pair(value: Pair) -> int | Pair:
    """`3` for (3, 3), as a person would write it in torch."""
    return value[0] if value[0] == value[1] else value


def by(value: Pair) -> str:
    """`3×3`, as it stands on a card."""
    return f"{value[0]}×{value[1]}"


class Conv2d(Layer, frozen=True):
    """Slides learned filters over the image; each filter writes one channel of the output."""

    group: ClassVar = Group.CONVOLUTION
    stem: ClassVar = "conv"
    keywords: ClassVar = "convolution filter kernel cnn"

    filters: Filters = 32
    kernel: Kernel = (3, 3)
    stride: Stride = (1, 1)
    padding: Padding = (1, 1)
    dilation: Dilation = (1, 1)
    groups: Annotated[
        int, whole("Groups", "Parts that channels are split into; each filter sees only its part.", 1, 65_536)
    ] = 1
    bias: Bias = True

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = image(inputs[0])
        if channels % self.groups or self.filters % self.groups:
            raise ShapeError(
                message("channels and filters that {groups} groups divide evenly", groups=self.groups),
                message("{channels} channels and {filters} filters", channels=channels, filters=self.filters),
                message("choose a number of groups that divides both, such as 1"),
            )
        return slid(inputs[0], self.filters, self.kernel, self.stride, self.padding, self.dilation)

    def module(self, *inputs: Shape) -> Call:
        channels, _, _ = image(inputs[0])
        return convolution(
            channels,
            self.filters,
            self.kernel,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            self.bias,
        )

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        channels, _, _ = image(inputs[0])
        return convolved(channels, self.filters, self.kernel, self.groups, self.bias)

    def multiply_adds(self, *inputs: Shape) -> int:
        _, height, width = self.shape(*inputs)
        return height * width * count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        text = f"{self.filters} · {by(self.kernel)}"
        if self.stride != (1, 1):
            text += f" /{self.stride[0] if self.stride[0] == self.stride[1] else by(self.stride)}"
        return text + (f" · {self.groups} groups" if self.groups > 1 else "")


def convolution(
    channels: int,
    filters: int,
    kernel: Pair,
    stride: Pair,
    padding: PairFromZero,
    dilation: Pair,
    groups: int,
    bias: bool,
) -> Call:
    """The torch call, with what equals torch's default left out, as a person would write it."""
    options: dict[str, object] = {"kernel_size": pair(kernel)}
    for name, value in (("stride", stride), ("padding", padding), ("dilation", dilation)):
        if value != ((0, 0) if name == "padding" else (1, 1)):
            options[name] = pair(value)
    if groups != 1:
        options["groups"] = groups
    if not bias:
        options["bias"] = False
    return call("nn.Conv2d", channels, filters, **options)


def convolved(channels: int, filters: int, kernel: Pair, groups: int, bias: bool) -> dict[str, Shape]:
    """Shapes of weight and bias, as torch.nn.Conv2d lays them out."""
    shapes: dict[str, Shape] = {"weight": (filters, channels // groups, *kernel)}
    return shapes | ({"bias": (filters,)} if bias else {})
