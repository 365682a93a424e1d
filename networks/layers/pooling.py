"""Layers that summarize neighbourhoods of an image; they have no weights."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from networks.core.call import Argument, Call, call
from networks.core.fields import Pair, PairFromZero, described, whole
from networks.core.message import message
from networks.core.shapes import Shape, ShapeError, as_message, checked, image, window
from networks.layers.base import Group, Layer
from networks.layers.sliding import by, pair, with_padding

Kernel = Annotated[Pair, described("Kernel", "Height and width of each neighbourhood.", unit="px")]
Stride = Annotated[
    Pair, described("Stride", "How many pixels the neighbourhood moves at each step.", unit="px")
]
Padding = Annotated[
    PairFromZero,
    described("Padding", "Border added on each side, at most half the kernel.", unit="px"),
]
Ceil = Annotated[
    bool, described("Round up", "Keep a last neighbourhood that reaches beyond the edge (ceil_mode).")
]
OutputSize = Annotated[
    Pair, described("Size", "Height and width of the output, whatever the input.", unit="px")
]


def pooled(x: Shape, kernel: Pair, stride: Pair, padding: PairFromZero, ceil: bool) -> Shape:
    """Shape after pooling. Raises ShapeError where the kernel is larger than the image."""
    channels, height, width = image(x)
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ShapeError(
            message("a padding of at most half the kernel"),
            message("padding {padding} with kernel {kernel}", padding=by(padding), kernel=by(kernel)),
            message("choose less padding or a larger kernel"),
        )
    sizes = tuple(
        window(size, k, s, p, ceil=ceil)
        for size, k, s, p in zip((height, width), kernel, stride, padding, strict=True)
    )
    if min(sizes) < 1:
        raise ShapeError(
            message(
                "an image of at least {height}×{width} pixels with its padding",
                height=kernel[0],
                width=kernel[1],
            ),
            with_padding(x, padding),
            message("choose a smaller kernel or remove an earlier pooling"),
        )
    return checked((channels, *sizes))


class MaxPool2d(Layer, frozen=True):
    """Keeps the largest number of each neighbourhood, so that small shifts matter less."""

    group: ClassVar = Group.POOLING
    icon: ClassVar = "max-pool2d"
    stem: ClassVar = "pool"
    keywords: ClassVar = "maximum subsampling downsample"
    torch_names: ClassVar = {"kernel": "kernel_size", "ceil": "ceil_mode"}

    kernel: Kernel = (2, 2)
    stride: Stride = (2, 2)
    padding: Padding = (0, 0)
    ceil: Ceil = False

    def shape(self, *inputs: Shape) -> Shape:
        return pooled(inputs[0], self.kernel, self.stride, self.padding, self.ceil)

    def module(self, *inputs: Shape) -> Call:
        return pooling("nn.MaxPool2d", self.kernel, self.stride, self.padding, self.ceil)

    def summary(self) -> str:
        return summary(self.kernel, self.stride)


class AvgPool2d(Layer, frozen=True):
    """Takes the mean of each neighbourhood."""

    group: ClassVar = Group.POOLING
    icon: ClassVar = "avg-pool2d"
    stem: ClassVar = "pool"
    keywords: ClassVar = "average mean subsampling downsample"
    passes_scores: ClassVar = True
    torch_names: ClassVar = {"kernel": "kernel_size", "ceil": "ceil_mode"}

    kernel: Kernel = (2, 2)
    stride: Stride = (2, 2)
    padding: Padding = (0, 0)
    ceil: Ceil = False
    count_include_pad: Annotated[
        bool, described("Count padding", "Include the zeros of the padding in the mean.")
    ] = True

    def shape(self, *inputs: Shape) -> Shape:
        return pooled(inputs[0], self.kernel, self.stride, self.padding, self.ceil)

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.count_include_pad else {"count_include_pad": False}
        return pooling("nn.AvgPool2d", self.kernel, self.stride, self.padding, self.ceil, **options)

    def summary(self) -> str:
        return summary(self.kernel, self.stride)


class AdaptiveAvgPool2d(Layer, frozen=True):
    """Takes the means of as many neighbourhoods as the output has pixels, whatever the size of the image."""

    group: ClassVar = Group.POOLING
    icon: ClassVar = "adaptive-avg-pool2d"
    stem: ClassVar = "pool"
    keywords: ClassVar = "average mean adaptive fixed size"
    passes_scores: ClassVar = True
    torch_names: ClassVar = {"size": "output_size"}

    size: OutputSize = (1, 1)

    def shape(self, *inputs: Shape) -> Shape:
        return adapted(inputs[0], self.size)

    def module(self, *inputs: Shape) -> Call:
        return call("nn.AdaptiveAvgPool2d", pair(self.size))

    def adds_in_any_order(self, *inputs: Shape) -> bool:
        return overlapping(inputs[0], self.size)

    def function(self, *inputs: Shape) -> Call:
        if self.size != (1, 1):
            return call("nn.functional.adaptive_avg_pool2d", Argument(0), self.size)
        return call("torch.mean", Argument(0), (2, 3), keepdim=True)

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> Layer | None:
        return super().from_call(call, *inputs) if call.named.get("keepdim", True) else None

    def summary(self) -> str:
        return by(self.size)


class AdaptiveMaxPool2d(Layer, frozen=True):
    """Keeps the largest numbers of as many neighbourhoods as the output has pixels."""

    group: ClassVar = Group.POOLING
    icon: ClassVar = "adaptive-max-pool2d"
    stem: ClassVar = "pool"
    keywords: ClassVar = "maximum adaptive fixed size"
    torch_names: ClassVar = {"size": "output_size"}

    size: OutputSize = (1, 1)

    def shape(self, *inputs: Shape) -> Shape:
        return adapted(inputs[0], self.size)

    def module(self, *inputs: Shape) -> Call:
        return call("nn.AdaptiveMaxPool2d", pair(self.size))

    def adds_in_any_order(self, *inputs: Shape) -> bool:
        return overlapping(inputs[0], self.size)

    def summary(self) -> str:
        return by(self.size)


class GlobalAvgPool2d(Layer, frozen=True):
    """Takes the mean of each whole channel; the result is a vector, ready for a Linear."""

    group: ClassVar = Group.POOLING
    title: ClassVar = "Global average"
    icon: ClassVar = "global-avg-pool2d"
    stem: ClassVar = "pool"
    keywords: ClassVar = "pooling mean gap globalavgpool2d flatten vector"
    passes_scores: ClassVar = True

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = image(inputs[0])
        return (channels,)

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Sequential", call("nn.AdaptiveAvgPool2d", 1), call("nn.Flatten", 1))

    def function(self, *inputs: Shape) -> Call:
        return call("torch.mean", Argument(0), (2, 3))

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> Layer | None:
        return None if call.named.get("keepdim") else cls()


class BlurPool2d(Layer, frozen=True):
    """Blurs the image and takes every second pixel, so that small shifts of the image change less.

    Zhang 2019, "Making Convolutional Networks Shift-Invariant Again", section 3: behind a layer of stride 1
    it takes the place of a stride. The blur is binomial, such as ¼, ½, ¼ for a kernel of 3.
    """

    group: ClassVar = Group.POOLING
    icon: ClassVar = "blur-pool2d"
    stem: ClassVar = "blur"
    keywords: ClassVar = "blur pooling anti-aliasing antialiased shift invariant binomial downsample low-pass"
    torch_names: ClassVar = {"kernel": "kernel_size", "border": "mode"}

    kernel: Annotated[int, whole("Kernel", "Height and width of the blur.", 2, 9, unit="px")] = 3
    stride: Annotated[int, whole("Stride", "Every how many pixels one is taken.", 1, 16, unit="px")] = 2
    border: Annotated[
        Literal["reflect", "constant"],
        described(
            "Border",
            "What lies beyond the edges of the image.",
            labels={"reflect": "the image, mirrored", "constant": "zeros"},
        ),
    ] = "reflect"

    def shape(self, *inputs: Shape) -> Shape:
        channels, *sizes = image(inputs[0])
        border = (self.stride + self.kernel) // 2 - 1
        if self.border == "reflect" and border >= min(sizes):
            raise ShapeError(
                message(
                    "an image of more than {border} pixels, which are mirrored at its edges", border=border
                ),
                as_message(inputs[0]),
                message("choose a smaller kernel or stride, or zeros beyond the edges"),
            )
        blurred = [size + 2 * border - self.kernel + 1 for size in sizes]
        if min(blurred) < 1:
            raise ShapeError(
                message("an image of at least {size} pixels with its border", size=by((self.kernel,) * 2)),
                with_padding(inputs[0], (border, border)),
                message("choose a smaller kernel, or pool less before it"),
            )
        return checked((channels, *((size - 1) // self.stride + 1 for size in blurred)))

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.border == "reflect" else {"mode": self.border}
        return call("own.BlurPool2d", self.kernel, stride=self.stride, **options)

    def adds_in_any_order(self, *inputs: Shape) -> bool:
        # a pixel near the edges is mirrored, near a corner three times
        return self.border == "reflect" and (self.stride + self.kernel) // 2 > 1

    def summary(self) -> str:
        return by((self.kernel, self.kernel)) + (f" /{self.stride}" if self.stride > 1 else "")


def adapted(x: Shape, size: Pair) -> Shape:
    """Shape after adaptive pooling, which may also enlarge. Raises ShapeError for a vector."""
    channels, _, _ = image(x)
    return checked((channels, *size))


def overlapping(x: Shape, size: Pair) -> bool:
    """Whether neighbourhoods of adaptive pooling share pixels: unless the sizes divide those of the image."""
    return any(pixels % out for pixels, out in zip(image(x)[1:], size, strict=True))


def pooling(
    target: str, kernel: Pair, stride: Pair, padding: PairFromZero, ceil: bool, **further: object
) -> Call:
    """The torch call, with what equals torch's default left out."""
    options: dict[str, object] = {"kernel_size": pair(kernel)}
    if stride != kernel:
        options["stride"] = pair(stride)
    if padding != (0, 0):
        options["padding"] = pair(padding)
    if ceil:
        options["ceil_mode"] = True
    return call(target, **options, **further)


def summary(kernel: Pair, stride: Pair) -> str:
    """`2×2`, and the stride where it is not the kernel."""
    return by(kernel) + (
        "" if stride == kernel else f" /{stride[0] if stride[0] == stride[1] else by(stride)}"
    )
