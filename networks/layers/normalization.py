"""Layers that bring numbers to mean 0 and variance 1, so that deep networks learn faster."""

from __future__ import annotations

from math import gcd
from typing import Annotated, ClassVar, Literal

from networks.core.call import Call, call
from networks.core.fields import changed, described, real, whole
from networks.core.message import message, plural
from networks.core.shapes import Shape, ShapeError, as_message, count, image
from networks.layers.base import Group, Layer

Eps = Annotated[
    float, real("Epsilon", "Added to the variance, to avoid a division by zero.", 0.0, 1.0, above=True)
]
Momentum = Annotated[
    float,
    real(
        "Momentum",
        "Weight of each new batch in the running mean and variance, which evaluation uses.",
        0.0,
        1.0,
    ),
]
Affine = Annotated[
    bool, described("Affine", "Then multiply each channel by a learned factor and add a learned offset.")
]


_LARGER = message("move this layer to where the image is larger, or remove it")


def scaled(size: int, affine: bool) -> dict[str, Shape]:
    """Shapes of the learned factor and offset of each channel, as torch names them."""
    return {"weight": (size,), "bias": (size,)} if affine else {}


class BatchNorm2d(Layer, frozen=True):
    """Brings each channel to mean 0 and variance 1 over the images of the batch."""

    group: ClassVar = Group.NORMALIZATION
    normalizes_by_batch: ClassVar = True
    trains_differently: ClassVar = True
    overwritable: ClassVar = True
    icon: ClassVar = "batch-norm2d"
    stem: ClassVar = "bn"
    keywords: ClassVar = "batch normalization normalisation batchnorm"

    eps: Eps = 1e-5
    momentum: Momentum = 0.1
    affine: Affine = True

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 3:
            raise ShapeError(
                message("an image (channels×height×width)"),
                message("a vector of {length} numbers", length=inputs[0][0]),
                message("use BatchNorm1d, which is for vectors"),
            )
        return inputs[0]

    def module(self, *inputs: Shape) -> Call:
        return call("nn.BatchNorm2d", inputs[0][0], **batch_options(self.eps, self.momentum, self.affine))

    def numbers_per_statistic(self, *inputs: Shape) -> int:
        return count(inputs[0][1:])

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return scaled(inputs[0][0], self.affine)


class BatchNorm1d(Layer, frozen=True):
    """Brings each number of the vector to mean 0 and variance 1 over the batch."""

    group: ClassVar = Group.NORMALIZATION
    normalizes_by_batch: ClassVar = True
    trains_differently: ClassVar = True
    overwritable: ClassVar = True
    icon: ClassVar = "batch-norm1d"
    stem: ClassVar = "bn"
    keywords: ClassVar = "batch normalization normalisation batchnorm vector"

    eps: Eps = 1e-5
    momentum: Momentum = 0.1
    affine: Annotated[
        bool, described("Affine", "Then multiply each number by a learned factor and add a learned offset.")
    ] = True

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            raise ShapeError(
                message("a vector"),
                as_message(inputs[0]),
                message("use BatchNorm2d, which is for images, or put a Flatten before it"),
            )
        return inputs[0]

    def module(self, *inputs: Shape) -> Call:
        return call("nn.BatchNorm1d", inputs[0][0], **batch_options(self.eps, self.momentum, self.affine))

    def numbers_per_statistic(self, *inputs: Shape) -> int:
        return count(inputs[0][1:])

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return scaled(inputs[0][0], self.affine)


class GroupNorm(Layer, frozen=True):
    """Brings groups of channels to mean 0 and variance 1 in each image alone, whatever the batch size."""

    group: ClassVar = Group.NORMALIZATION
    icon: ClassVar = "group-norm"
    stem: ClassVar = "gn"
    keywords: ClassVar = "group normalization normalisation small batch"

    num_groups: Annotated[
        int, whole("Groups", "Parts of equal size that the channels are split into.", 1, 65_536)
    ] = 32
    eps: Eps = 1e-5
    affine: Affine = True

    def shape(self, *inputs: Shape) -> Shape:
        channels = inputs[0][0]
        if channels % self.num_groups:
            raise ShapeError(
                message("channels that {groups} groups divide evenly", groups=self.num_groups),
                plural("{count} channel", "{count} channels", count=channels),
                message(
                    "choose groups that divide them, such as {groups}", groups=gcd(channels, self.num_groups)
                ),
            )
        if self.numbers_per_statistic(*inputs) == 1:
            raise ShapeError(
                message("several numbers in each group"),
                message("one, which has no variance to normalize by"),
                message("choose fewer groups") if channels > 1 else _LARGER,
            )
        return inputs[0]

    def numbers_per_statistic(self, *inputs: Shape) -> int:
        return count(inputs[0]) // self.num_groups

    def module(self, *inputs: Shape) -> Call:
        options = differing(eps=(self.eps, 1e-5), affine=(self.affine, True))
        return call("nn.GroupNorm", self.num_groups, inputs[0][0], **options)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return scaled(inputs[0][0], self.affine)

    def summary(self) -> str:
        return f"{self.num_groups} groups" if self.num_groups > 1 else "1 group"


class LayerNorm(Layer, frozen=True):
    """Brings the numbers of each sample, all together, to mean 0 and variance 1.

    Over the last axis it does so for each pixel by itself where the channels come last, behind a Permute:
    Liu et al. 2022, "A ConvNet for the 2020s", section 2.6.
    """

    group: ClassVar = Group.NORMALIZATION
    icon: ClassVar = "layer-norm"
    stem: ClassVar = "ln"
    keywords: ClassVar = "layer normalization normalisation transformer"

    eps: Eps = 1e-5
    elementwise_affine: Annotated[
        bool, described("Affine", "Then multiply every single number of the sample by a learned factor.")
    ] = True
    bias: Annotated[bool, described("Bias", "Also add a learned offset; needs Affine.")] = True
    over: Annotated[
        Literal["all", "last"],
        described(
            "Over",
            "Which numbers are normalized together.",
            labels={"all": "the whole sample", "last": "the last axis"},
        ),
    ] = "all"

    def shape(self, *inputs: Shape) -> Shape:
        if self.numbers_per_statistic(*inputs) == 1:
            raise ShapeError(
                message("several numbers to normalize together"),
                message("one, which has no variance to normalize by"),
                message("normalize the whole sample") if count(inputs[0]) > 1 else _LARGER,
            )
        return inputs[0]

    def numbers_per_statistic(self, *inputs: Shape) -> int:
        return count(self._together(inputs[0]))

    def module(self, *inputs: Shape) -> Call:
        options = differing(
            eps=(self.eps, 1e-5), elementwise_affine=(self.elementwise_affine, True), bias=(self.bias, True)
        )
        size = self._together(inputs[0])
        return call("nn.LayerNorm", size[0] if len(size) == 1 else size, **options)

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> LayerNorm:
        made = call.named
        affine = made["elementwise_affine"]
        values = {"elementwise_affine": affine, "bias": made["bias"] or not affine}
        over = "all" if made["normalized_shape"] == inputs[0] else "last"
        return changed(cls(), eps=made["eps"], over=over, **values)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        if not self.elementwise_affine:
            return {}
        size = self._together(inputs[0])
        return {"weight": size} | ({"bias": size} if self.bias else {})

    def summary(self) -> str:
        return "last axis" if self.over == "last" else ""

    def _together(self, x: Shape) -> Shape:
        return x[-1:] if self.over == "last" else x


class InstanceNorm2d(Layer, frozen=True):
    """Brings each channel of each image alone to mean 0 and variance 1; removes contrast and style."""

    group: ClassVar = Group.NORMALIZATION
    icon: ClassVar = "instance-norm2d"
    stem: ClassVar = "in"
    keywords: ClassVar = "instance normalization normalisation style transfer contrast"

    eps: Eps = 1e-5
    affine: Affine = False

    def shape(self, *inputs: Shape) -> Shape:
        image(inputs[0])
        if self.numbers_per_statistic(*inputs) == 1:
            raise ShapeError(
                message("an image of more than one pixel"),
                as_message(inputs[0]),
                message(
                    "move this layer up, or use BatchNorm2d, which normalizes over all images of the batch"
                ),
            )
        return inputs[0]

    def module(self, *inputs: Shape) -> Call:
        options = differing(eps=(self.eps, 1e-5), affine=(self.affine, False))
        return call("nn.InstanceNorm2d", inputs[0][0], **options)

    def numbers_per_statistic(self, *inputs: Shape) -> int:
        return count(inputs[0][1:])

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return scaled(inputs[0][0], self.affine)

    def summary(self) -> str:
        return "affine" if self.affine else ""


class LocalResponseNorm(Layer, frozen=True):
    """Damps each number by the numbers at the same pixel in nearby channels, as in AlexNet."""

    group: ClassVar = Group.NORMALIZATION
    icon: ClassVar = "local-response-norm"
    stem: ClassVar = "lrn"
    keywords: ClassVar = "local response normalization normalisation lateral inhibition alexnet lrn"

    size: Annotated[
        int, whole("Size", "How many neighbouring channels count, including its own.", 1, 1024)
    ] = 5
    alpha: Annotated[float, real("Alpha", "How strongly the neighbours damp.", 0.0, 1000.0)] = 1e-4
    beta: Annotated[float, real("Beta", "Exponent of the divisor.", 0.0, 100.0)] = 0.75
    k: Annotated[
        float, real("K", "Smallest value of the divisor, before the exponent.", 0.0, 1000.0, above=True)
    ] = 1.0

    def shape(self, *inputs: Shape) -> Shape:
        return image(inputs[0])

    def module(self, *inputs: Shape) -> Call:
        options = differing(alpha=(self.alpha, 1e-4), beta=(self.beta, 0.75), k=(self.k, 1.0))
        return call("nn.LocalResponseNorm", self.size, **options)

    def summary(self) -> str:
        return str(self.size)


class GlobalResponseNorm(Layer, frozen=True):
    """Divides the strength of each channel by the mean strength of all, so that channels compete.

    Woo et al. 2023, "ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders", section 3. The
    strength is the root of the sum of squares over the image. The result, times a learned factor that starts
    at 0, and a learned offset are added to the input.
    """

    group: ClassVar = Group.NORMALIZATION
    title: ClassVar = "Global response norm"
    icon: ClassVar = "global-response-norm"
    stem: ClassVar = "grn"
    keywords: ClassVar = "grn globalresponsenorm normalization normalisation convnext v2 contrast competition"

    eps: Annotated[
        float,
        real("Epsilon", "Added to the mean strength, to avoid a division by zero.", 0.0, 1.0, above=True),
    ] = 1e-6
    channels_last: Annotated[
        bool, described("Channels last", "The channels are the last axis, as behind a Permute.")
    ] = False

    def shape(self, *inputs: Shape) -> Shape:
        return image(inputs[0])

    def module(self, *inputs: Shape) -> Call:
        options = differing(eps=(self.eps, 1e-6), channels_last=(self.channels_last, False))
        return call("own.GlobalResponseNorm", self._features(inputs[0]), **options)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return scaled(self._features(inputs[0]), True)

    def summary(self) -> str:
        return "channels last" if self.channels_last else ""

    def _features(self, x: Shape) -> int:
        return x[-1] if self.channels_last else x[0]


def batch_options(eps: float, momentum: float, affine: bool) -> dict[str, object]:
    """The options of a BatchNorm that differ from torch's defaults."""
    return differing(eps=(eps, 1e-5), momentum=(momentum, 0.1), affine=(affine, True))


def differing(**options: tuple[object, object]) -> dict[str, object]:
    """Of options given as (value, torch's default), those whose value is another."""
    return {name: value for name, (value, default) in options.items() if value != default}
