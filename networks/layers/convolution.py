"""Layers that slide learned filters over an image."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec.structs import replace

from networks.core.call import Call, call
from networks.core.fields import Pair, PairFromZero, described, real, whole
from networks.core.message import message
from networks.core.shapes import Shape, ShapeError, checked, count, image
from networks.layers.base import Group, Layer
from networks.layers.class_count import CLASSES, classes_unknown
from networks.layers.sliding import by, convolved, given, grouped, pair, slid, strided

Filters = Annotated[
    int, whole("Filters", "How many filters are learned; each writes one channel of the output.", 1, 65_536)
]
Kernel = Annotated[Pair, described("Kernel", "Height and width of each filter.", unit="px")]
Stride = Annotated[Pair, described("Stride", "How many pixels the filter moves at each step.", unit="px")]
Padding = Annotated[PairFromZero, described("Padding", "Zeros added on each side of the image.", unit="px")]
Dilation = Annotated[
    Pair, described("Dilation", "Pixels between neighbouring weights of a filter; 1 is dense.", unit="px")
]
Groups = Annotated[
    int, whole("Groups", "Parts that channels are split into; each filter sees only its part.", 1, 65_536)
]
Bias = Annotated[bool, described("Bias", "Learn one number per filter that is added to its output.")]


class Conv2d(Layer, frozen=True):
    """Slides learned filters over the image; each filter writes one channel of the output."""

    group: ClassVar = Group.CONVOLUTION
    counts_in_depth: ClassVar = True
    overwritable: ClassVar = True
    icon: ClassVar = "conv2d"
    stem: ClassVar = "conv"
    keywords: ClassVar = "convolution filter kernel cnn"
    torch_names: ClassVar = {"filters": "out_channels", "kernel": "kernel_size"}

    filters: Filters = 32
    kernel: Kernel = (3, 3)
    stride: Stride = (1, 1)
    padding: Padding = (1, 1)
    dilation: Dilation = (1, 1)
    groups: Groups = 1
    bias: Bias = True

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = image(inputs[0])
        grouped(channels, self.filters, self.groups)
        return slid(inputs[0], self.filters, self.kernel, self.stride, self.padding, self.dilation)

    def module(self, *inputs: Shape) -> Call:
        options = given(
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            bias=self.bias,
        )
        return call("nn.Conv2d", inputs[0][0], self.filters, kernel_size=pair(self.kernel), **options)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return convolved(inputs[0][0], self.filters, self.kernel, self.groups, self.bias)

    def multiply_adds(self, *inputs: Shape) -> int:
        _, height, width = self.shape(*inputs)
        return height * width * count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        text = f"{self.filters} · {by(self.kernel)}{strided(self.stride)}"
        return text + (f" · {self.groups}\N{NO-BREAK SPACE}groups" if self.groups > 1 else "")

    def per_class(self, classes: int) -> Layer:
        pointwise = self.kernel == (1, 1) and self.padding == (0, 0) and self.groups == 1
        return (
            PointwiseConv2d(CLASSES, self.stride, self.bias)
            if pointwise and self.filters == classes
            else self
        )


class ConvTranspose2d(Layer, frozen=True):
    """Enlarges the image: each pixel is spread over a patch of the output by learned filters."""

    group: ClassVar = Group.CONVOLUTION
    counts_in_depth: ClassVar = True
    overwritable: ClassVar = True
    icon: ClassVar = "conv-transpose2d"
    stem: ClassVar = "upconv"
    keywords: ClassVar = (
        "transposed convolution deconvolution fractionally strided upsampling enlarge decoder"
    )
    torch_names: ClassVar = {"filters": "out_channels", "kernel": "kernel_size"}

    filters: Filters = 32
    kernel: Kernel = (2, 2)
    stride: Annotated[
        Pair,
        described(
            "Stride", "How many pixels apart neighbouring pixels of the image lie in the output.", unit="px"
        ),
    ] = (2, 2)
    padding: Annotated[
        PairFromZero, described("Padding", "Rows and columns cut off each side of the output.", unit="px")
    ] = (0, 0)
    output_padding: Annotated[
        PairFromZero,
        described(
            "Output padding",
            "Rows added at the bottom and columns at the right; less than the stride or the dilation.",
            unit="px",
        ),
    ] = (0, 0)
    dilation: Dilation = (1, 1)
    groups: Groups = 1
    bias: Bias = True

    def shape(self, *inputs: Shape) -> Shape:
        channels, *sizes = image(inputs[0])
        grouped(channels, self.filters, self.groups)
        most = (
            max(self.stride[0], self.dilation[0]) - 1,
            max(self.stride[1], self.dilation[1]) - 1,
        )
        if any(added > m for added, m in zip(self.output_padding, most, strict=True)):
            raise ShapeError(
                message("an output padding of at most {most}", most=by(most)),
                message("{padding}", padding=by(self.output_padding)),
                message("choose less of it, or a larger stride"),
            )
        spread = tuple(
            (size - 1) * stride + dilation * (kernel - 1) + 1 + added
            for size, stride, dilation, kernel, added in zip(
                sizes, self.stride, self.dilation, self.kernel, self.output_padding, strict=True
            )
        )
        left = tuple(size - 2 * cut for size, cut in zip(spread, self.padding, strict=True))
        if min(left) < 1:
            raise ShapeError(
                message(
                    "a padding that leaves at least one pixel of {height}×{width}",
                    height=spread[0],
                    width=spread[1],
                ),
                message("{padding}", padding=by(self.padding)),
                message("choose less padding, or a larger kernel or stride"),
            )
        return checked((self.filters, *left))

    def module(self, *inputs: Shape) -> Call:
        options = given(
            stride=self.stride,
            padding=self.padding,
            output_padding=self.output_padding,
            groups=self.groups,
            bias=self.bias,
            dilation=self.dilation,
        )
        return call(
            "nn.ConvTranspose2d", inputs[0][0], self.filters, kernel_size=pair(self.kernel), **options
        )

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        weight = (inputs[0][0], self.filters // self.groups, *self.kernel)
        return {"weight": weight} | ({"bias": (self.filters,)} if self.bias else {})

    def multiply_adds(self, *inputs: Shape) -> int:
        _, height, width = image(inputs[0])
        return height * width * count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        text = f"{self.filters} · {by(self.kernel)}{strided(self.stride)}"
        return text + (f" · {self.groups}\N{NO-BREAK SPACE}groups" if self.groups > 1 else "")


class DepthwiseConv2d(Layer, frozen=True):
    """Gives every channel filters of its own that see no other channel; cheap before a Pointwise."""

    group: ClassVar = Group.CONVOLUTION
    counts_in_depth: ClassVar = True
    overwritable: ClassVar = True
    title: ClassVar = "Depthwise"
    icon: ClassVar = "depthwise"
    stem: ClassVar = "depthwise"
    keywords: ClassVar = "convolution conv2d separable mobilenet xception groups"
    torch_names: ClassVar = {"kernel": "kernel_size"}

    multiplier: Annotated[int, whole("Multiplier", "How many filters each channel gets.", 1, 1024)] = 1
    kernel: Kernel = (3, 3)
    stride: Stride = (1, 1)
    padding: Padding = (1, 1)
    dilation: Dilation = (1, 1)
    bias: Bias = True

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = image(inputs[0])
        filters = channels * self.multiplier
        return slid(inputs[0], filters, self.kernel, self.stride, self.padding, self.dilation)

    def module(self, *inputs: Shape) -> Call:
        channels = inputs[0][0]
        options = given(
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=channels,
            bias=self.bias,
        )
        filters = channels * self.multiplier
        return call("nn.Conv2d", channels, filters, kernel_size=pair(self.kernel), **options)

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> None:
        """A call is imported as Conv2d, which has all that torch's convolution has."""

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        channels = inputs[0][0]
        return convolved(channels, channels * self.multiplier, self.kernel, channels, self.bias)

    def multiply_adds(self, *inputs: Shape) -> int:
        _, height, width = self.shape(*inputs)
        return height * width * count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        text = f"{by(self.kernel)}{strided(self.stride)}"
        return text + (f" · ×{self.multiplier}" if self.multiplier > 1 else "")


class PointwiseConv2d(Layer, frozen=True):
    """Mixes the channels of each pixel with learned 1×1 filters, one for every channel of the output.

    With one filter per class and a global average behind it, it gives the scores without a linear layer: Lin,
    Chen and Yan 2014, "Network In Network", section 3.2.
    """

    group: ClassVar = Group.CONVOLUTION
    counts_in_depth: ClassVar = True
    overwritable: ClassVar = True
    title: ClassVar = "Pointwise"
    icon: ClassVar = "pointwise"
    stem: ClassVar = "pointwise"
    keywords: ClassVar = "convolution conv2d 1x1 projection bottleneck separable network in network"
    torch_names: ClassVar = {"filters": "out_channels"}

    filters: Annotated[
        Annotated[int, whole("Filters", "", 1, 65_536)] | Literal["classes"],
        described(
            "Filters",
            "How many channels come out; “classes” takes the number of classes of the data.",
            labels={"classes": "one per class"},
        ),
    ] = 32
    stride: Stride = (1, 1)
    bias: Bias = True

    def shape(self, *inputs: Shape) -> Shape:
        return slid(inputs[0], self._filters(), (1, 1), self.stride, (0, 0), (1, 1))

    def module(self, *inputs: Shape) -> Call:
        options = given(stride=self.stride, bias=self.bias)
        return call("nn.Conv2d", inputs[0][0], self.filters, kernel_size=1, **options)

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> None:
        """A call is imported as Conv2d, which has all that torch's convolution has."""

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return convolved(inputs[0][0], self._filters(), (1, 1), 1, self.bias)

    def multiply_adds(self, *inputs: Shape) -> int:
        _, height, width = self.shape(*inputs)
        return height * width * count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        return f"{self.filters}{strided(self.stride)}"

    def with_classes(self, classes: int) -> PointwiseConv2d:
        return replace(self, filters=classes) if self.filters == CLASSES else self

    def _filters(self) -> int:
        if self.filters == CLASSES:
            raise classes_unknown(message("choose the data, or type the number of filters"))
        return self.filters


class StandardizedConv2d(Layer, frozen=True):
    """Slides learned filters that are brought to mean 0 and variance 1 before they are used.

    Qiao et al. 2019, "Weight Standardization", with a GroupNorm behind it, for batches of a few images.
    Scaled, with a learned gain for each filter, it needs no normalization behind it: Brock et al. 2021,
    "Characterizing signal propagation to close the performance gap in unnormalized ResNets", section 4.
    """

    group: ClassVar = Group.CONVOLUTION
    counts_in_depth: ClassVar = True
    overwritable: ClassVar = True
    title: ClassVar = "Standardized"
    icon: ClassVar = "standardized-conv2d"
    stem: ClassVar = "conv"
    keywords: ClassVar = "weight standardization convolution stdconv nfnet resnetv2 bit normalizer-free"
    torch_names: ClassVar = {"filters": "out_channels", "kernel": "kernel_size"}

    filters: Filters = 32
    kernel: Kernel = (3, 3)
    stride: Stride = (1, 1)
    padding: Padding = (1, 1)
    dilation: Dilation = (1, 1)
    groups: Groups = 1
    bias: Bias = True
    eps: Annotated[
        float,
        real("Epsilon", "Added to a filter's variance, to avoid a division by zero.", 0.0, 1.0, above=True),
    ] = 1e-6
    scaled: Annotated[
        bool,
        described(
            "Scaled", "Also divide each filter by the root of its size and multiply it by a learned gain."
        ),
    ] = False
    gamma: Annotated[
        float,
        real(
            "Factor",
            "Every filter is multiplied by it; behind a ReLU, 1.71 makes up for the numbers it sets to zero.",
            0.0,
            100.0,
            above=True,
        ),
    ] = 1.0

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = image(inputs[0])
        grouped(channels, self.filters, self.groups)
        if channels // self.groups * self.kernel[0] * self.kernel[1] == 1:
            raise ShapeError(
                message("several weights in each filter"),
                message("one, which has no variance to divide by"),
                message("choose a larger kernel or fewer groups, or use Conv2d"),
            )
        return slid(inputs[0], self.filters, self.kernel, self.stride, self.padding, self.dilation)

    def module(self, *inputs: Shape) -> Call:
        options: dict[str, object] = given(
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            bias=self.bias,
        )
        further = (("eps", self.eps, 1e-6), ("scaled", self.scaled, False), ("gamma", self.gamma, 1.0))
        options |= {name: value for name, value, default in further if value != default}
        return call(
            "own.StandardizedConv2d", inputs[0][0], self.filters, kernel_size=pair(self.kernel), **options
        )

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        shapes = convolved(inputs[0][0], self.filters, self.kernel, self.groups, self.bias)
        return shapes | ({"gain": (self.filters, 1, 1, 1)} if self.scaled else {})

    def multiply_adds(self, *inputs: Shape) -> int:
        _, height, width = self.shape(*inputs)
        return height * width * count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        text = f"{self.filters} · {by(self.kernel)}{strided(self.stride)}"
        return text + (f" · {self.groups}\N{NO-BREAK SPACE}groups" if self.groups > 1 else "")
