"""Layers over vectors, and those that only change the view."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec.structs import replace

from networks.core.call import Argument, Call, call
from networks.core.fields import changed, described, real, whole
from networks.core.message import message
from networks.core.shapes import Shape, ShapeError, as_message, checked, count, image
from networks.layers.base import Group, Layer
from networks.layers.class_count import CLASSES as CLASSES
from networks.layers.class_count import classes_unknown

Bias = Annotated[bool, described("Bias", "Learn one number per output that is added to it.")]


class Linear(Layer, frozen=True):
    """Gives learned weighted sums: each output weighs all inputs against each other."""

    group: ClassVar = Group.LINEAR
    counts_in_depth: ClassVar = True
    overwritable: ClassVar = True
    icon: ClassVar = "linear"
    stem: ClassVar = "fc"
    keywords: ClassVar = "dense fully connected affine"
    torch_names: ClassVar = {"features": "out_features"}

    features: Annotated[
        Annotated[int, whole("Features", "", 1, 1_000_000)] | Literal["classes"],
        described(
            "Features",
            "How many numbers come out; “classes” takes the number of classes of the data.",
            labels={"classes": "one per class"},
        ),
    ] = 128
    bias: Bias = True

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            raise ShapeError(
                message("a vector"),
                as_message(inputs[0]),
                message("put a Flatten or a global average pooling before it"),
            )
        if self.features == CLASSES:
            raise classes_unknown(message("choose the data, or type the number of features"))
        return (self.features,)

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.bias else {"bias": False}
        return call("nn.Linear", inputs[0][0], self.features, **options)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        features = self.shape(*inputs)[0]
        return {"weight": (features, inputs[0][0])} | ({"bias": (features,)} if self.bias else {})

    def multiply_adds(self, *inputs: Shape) -> int:
        return count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        return str(self.features)

    def with_classes(self, classes: int) -> Linear:
        return replace(self, features=classes) if self.features == CLASSES else self

    def per_class(self, classes: int) -> Linear:
        return replace(self, features=CLASSES) if self.features == classes else self


class PixelwiseLinear(Layer, frozen=True):
    """Gives learned weighted sums of the channels of each pixel where channels come last, behind a Permute.

    A Pointwise convolution computes the same where channels come first. Liu et al. 2022, "A ConvNet
    for the 2020s", have two in each block; torchvision keeps them as linear layers, whose weights these are.
    """

    group: ClassVar = Group.LINEAR
    counts_in_depth: ClassVar = True
    overwritable: ClassVar = True
    title: ClassVar = "Pixelwise linear"
    icon: ClassVar = "pixelwise-linear"
    stem: ClassVar = "pwconv"
    keywords: ClassVar = "dense fully connected channels last convnext mlp pointwise"
    torch_names: ClassVar = {"features": "out_features"}

    features: Annotated[int, whole("Features", "How many channels come out.", 1, 1_000_000)] = 128
    bias: Bias = True

    def shape(self, *inputs: Shape) -> Shape:
        return checked((*image(inputs[0])[:2], self.features))

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.bias else {"bias": False}
        return call("nn.Linear", inputs[0][-1], self.features, **options)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.features, inputs[0][-1])}
        return weight | ({"bias": (self.features,)} if self.bias else {})

    def multiply_adds(self, *inputs: Shape) -> int:
        return count(inputs[0]) * self.features

    def summary(self) -> str:
        return str(self.features)


class LayerScale(Layer, frozen=True):
    """Multiplies each channel by a learned factor that starts near zero, so that a branch fades in slowly.

    Touvron et al. 2021, "Going deeper with Image Transformers", section 2; ConvNeXt has one in each block.
    With one factor for all numbers, which starts at 0, it is the SkipInit of De and Smith 2020, "Batch
    Normalization Biases Residual Blocks Towards the Identity Function in Deep Networks", section 4.
    """

    group: ClassVar = Group.LINEAR
    title: ClassVar = "Layer scale"
    icon: ClassVar = "layer-scale"
    stem: ClassVar = "scale"
    keywords: ClassVar = "layerscale learned factor per channel gamma convnext cait"
    torch_names: ClassVar = {"start": "fill_value"}

    start: Annotated[
        float, real("Start", "The value of every factor at the start of training.", -1000.0, 1000.0)
    ] = 1e-6
    factors: Annotated[
        Literal["column", "batch", "row", "last", "one", "single"],
        described(
            "Factors",
            "Which numbers share a factor, and the shape that the factors have in files of weights.",
            labels={
                "column": "per channel (C×1×1)",
                "batch": "per channel (1×C×1×1)",
                "row": "per channel (C)",
                "last": "along the last axis",
                "one": "all numbers",
                "single": "all numbers (1)",
            },
        ),
    ] = "column"

    def shape(self, *inputs: Shape) -> Shape:
        return image(inputs[0])

    def tensor(self, *inputs: Shape) -> Call:
        return call("torch.full", self._size(inputs[0]), self.start)

    def function(self, *inputs: Shape) -> Call:
        factors = call("torch.reshape", Argument(1), (-1, 1, 1)) if self.factors == "row" else Argument(1)
        return call("torch.mul", factors, Argument(0))

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return {"": self._size(inputs[0])}

    def _size(self, x: Shape) -> Shape:
        sizes: dict[str, Shape] = {
            "column": (x[0], 1, 1),
            "batch": (1, x[0], 1, 1),
            "row": (x[0],),
            "last": (x[-1],),
            "one": (),
            "single": (1,),
        }
        return sizes[self.factors]

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> LayerScale | None:
        x, size, used = inputs[0], call.named["size"], call.named["used"]
        start = call.named.get("fill_value", cls().start)
        for factors in ("column", "batch", "row", "last", "one", "single"):
            layer = changed(cls(), start=start, factors=factors)
            whole = factors in ("last", "one", "single")
            by_channel = not whole and used in ((x[0], 1, 1), (1, x[0], 1, 1))
            if size == layer._size(x) and (by_channel or (whole and used == size)):
                return layer
        return None

    def summary(self) -> str:
        return f"{self.start:g}"


class EfficientChannelAttention(Layer, frozen=True):
    """Weighs each channel by a number from 0 to 1, made of its mean and those of a few channels beside it.

    Wang et al. 2020, "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks",
    section 3: what squeeze-and-excitation does, with as many learned numbers as the kernel is long.
    """

    group: ClassVar = Group.LINEAR
    title: ClassVar = "Channel attention"
    icon: ClassVar = "channel-attention"
    stem: ClassVar = "eca"
    keywords: ClassVar = (
        "eca efficient channel attention squeeze excitation gate se efficientchannelattention"
    )
    torch_names: ClassVar = {"kernel": "kernel_size"}

    kernel: Annotated[
        int, whole("Kernel", "How many channels beside each other count; an odd number.", 1, 63)
    ] = 3

    def shape(self, *inputs: Shape) -> Shape:
        if self.kernel % 2 == 0:
            raise ShapeError(
                message("an odd kernel, with as many channels on both sides"),
                message("{kernel}", kernel=self.kernel),
                message("choose {odd}", odd=self.kernel + 1),
            )
        return image(inputs[0])

    def module(self, *inputs: Shape) -> Call:
        return call("own.EfficientChannelAttention", self.kernel)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        return {"conv.weight": (1, 1, self.kernel)}

    def multiply_adds(self, *inputs: Shape) -> int:
        return inputs[0][0] * self.kernel

    def summary(self) -> str:
        return str(self.kernel)


class Scale(Layer, frozen=True):
    """Multiplies every number by a fixed factor, so that a branch counts for less or more.

    Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
    section 3.3, scale residuals by 0.1 to 0.3 before they are added.
    """

    group: ClassVar = Group.LINEAR
    icon: ClassVar = "scale"
    stem: ClassVar = "factor"
    keywords: ClassVar = "multiply constant factor weaken branch residual times"

    factor: Annotated[float, real("Factor", "What every number is multiplied by.", -1e6, 1e6)] = 0.2

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def function(self, *inputs: Shape) -> Call:
        return call("torch.mul", Argument(0), self.factor)

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> Scale | None:
        factor = call.named["other"]
        if isinstance(factor, bool) or not isinstance(factor, int | float):
            return None
        return changed(cls(), factor=float(factor))

    def summary(self) -> str:
        return f"× {self.factor:g}"


class Flatten(Layer, frozen=True):
    """Lays the image out as one vector, channel after channel, row after row."""

    group: ClassVar = Group.LINEAR
    icon: ClassVar = "flatten"
    stem: ClassVar = "flatten"
    keywords: ClassVar = "reshape view vector"
    views_input: ClassVar = True
    passes_scores: ClassVar = True

    def shape(self, *inputs: Shape) -> Shape:
        return (count(inputs[0]),)

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Flatten")


class Unflatten(Layer, frozen=True):
    """Makes an image of one pixel from a vector: each number becomes a channel.

    So a Linear can say how much each channel of an image counts, as in squeeze-and-excitation.
    """

    group: ClassVar = Group.LINEAR
    icon: ClassVar = "unflatten"
    stem: ClassVar = "unflatten"
    keywords: ClassVar = "reshape view pixel vector image squeeze excitation"
    views_input: ClassVar = True

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            raise ShapeError(
                message("a vector"),
                as_message(inputs[0]),
                message("remove this layer, since this is an image already"),
            )
        return checked((inputs[0][0], 1, 1))

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Unflatten", 1, (inputs[0][0], 1, 1))

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> Unflatten | None:
        return cls() if len(inputs[0]) == 1 else None


class Permute(Layer, frozen=True):
    """Moves the channels behind height and width, or back to the front; the numbers stay the same."""

    group: ClassVar = Group.LINEAR
    icon: ClassVar = "permute"
    stem: ClassVar = "permute"
    keywords: ClassVar = "transpose axes channels last first nhwc nchw convnext"
    views_input: ClassVar = True

    channels: Annotated[
        Literal["last", "first"],
        described(
            "Channels",
            "Where the channels go; the layers that follow still take the first axis for them.",
            labels={"last": "to the end (H×W×C)", "first": "to the front (C×H×W)"},
        ),
    ] = "last"

    def shape(self, *inputs: Shape) -> Shape:
        first, second, third = image(inputs[0])
        return (second, third, first) if self.channels == "last" else (third, first, second)

    def function(self, *inputs: Shape) -> Call:
        return call("torch.permute", Argument(0), (0, 2, 3, 1) if self.channels == "last" else (0, 3, 1, 2))

    @classmethod
    def from_call(cls, call: Call, *inputs: Shape) -> Permute:
        return cls("last" if call.named["dims"] == (0, 2, 3, 1) else "first")

    def summary(self) -> str:
        return f"channels {self.channels}"


class Identity(Layer, frozen=True):
    """Passes its input on unchanged; useful as a named place."""

    group: ClassVar = Group.LINEAR
    icon: ClassVar = "identity"
    stem: ClassVar = "identity"
    keywords: ClassVar = "none pass skip"
    views_input: ClassVar = True
    passes_scores: ClassVar = True

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Identity")
