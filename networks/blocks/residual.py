"""Blocks with a shortcut past their convolutions (He et al. 2015), and wider and grouped ones after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from msgspec.structs import replace

from networks.blocks.base import Block, BlockNode, X, chained, convolutions_of
from networks.core.fields import described, whole
from networks.core.shapes import Shape
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.resizing import PadChannels

Stride = Annotated[
    int,
    whole("Stride", "How many pixels the 3×3 filter moves at each step; 2 halves images.", 1, 8, unit="px"),
]
Shortcut = Annotated[
    bool, described("Shortcut", "Add the input of the block to its output; without it the block is plain.")
]
Projection = Annotated[
    Literal["convolution", "padding"],
    described(
        "Projection",
        "What the shortcut does where the shape changes: He et al. 2015, options B and A.",
        labels={"convolution": "1×1 convolution (B)", "padding": "skip pixels, add zero channels (A)"},
    ),
]


class Residual(Block, frozen=True):
    """Two 3×3 convolutions that learn what to add to their input: F(x) + x.

    He, Zhang, Ren and Sun 2015, "Deep Residual Learning for Image Recognition", figure 2 and table 1 (18 and
    34 layers). The names are those of torchvision's BasicBlock.
    """

    icon: ClassVar = "residual"
    stem: ClassVar = "residual"
    keywords: ClassVar = "resnet basic block skip shortcut he"

    filters: Annotated[int, whole("Filters", "Filters of both convolutions.", 1, 65_536)] = 64
    stride: Stride = 1
    shortcut: Shortcut = True
    projection: Projection = "convolution"

    def nodes(self, x: Shape | None) -> tuple[BlockNode, ...]:
        main = chained(
            ("conv1", Conv2d(self.filters, stride=(self.stride, self.stride), bias=False)),
            ("bn1", BatchNorm2d()),
            ("relu1", ReLU()),
            ("conv2", Conv2d(self.filters, bias=False)),
            ("bn2", BatchNorm2d()),
        )
        return _joined(main, x, self.filters, self.stride, self.projection if self.shortcut else None)

    def variants(self) -> tuple[tuple[BlockNode, ...], ...]:
        return _variants(self)

    def plain(self) -> Self:
        return replace(self, shortcut=False)

    def residual(self) -> Self:
        return replace(self, shortcut=True)

    @classmethod
    def recognised(cls, layers: Sequence[Layer]) -> Residual | None:
        match convolutions_of(layers):
            case [first, _] | [first, _, _] if first.kernel == (3, 3):
                return cls(first.filters, first.stride[0])
        return None

    def landing(self, x: Shape) -> Residual:
        return replace(self, filters=x[0]) if len(x) == 3 else self

    def summary(self, x: Shape | None = None) -> str:
        return _summed_up(str(self.filters), x, self.filters, self)


class Bottleneck(Block, frozen=True):
    """A 1×1 convolution narrows, a 3×3 one works, a 1×1 one widens again, and the input is added.

    He et al. 2015, figure 5 and table 1 (50 layers and more), with the stride on the 3×3 convolution as in
    torchvision (v1.5). Groups give ResNeXt (Xie et al. 2017, "Aggregated Residual Transformations for Deep
    Neural Networks", figure 3c), a greater width gives Wide ResNet (Zagoruyko and Komodakis 2016).
    """

    icon: ClassVar = "bottleneck"
    stem: ClassVar = "bottleneck"
    keywords: ClassVar = "resnet resnext wide block skip shortcut he grouped cardinality"

    filters: Annotated[int, whole("Filters", "Filters of the last 1×1 convolution.", 1, 65_536)] = 256
    width: Annotated[int, whole("Width", "Filters of the 3×3 convolution, over all groups.", 1, 65_536)] = 64
    groups: Annotated[
        int, whole("Groups", "Parts that the 3×3 convolution is split into (cardinality).", 1, 65_536)
    ] = 1
    stride: Stride = 1
    shortcut: Shortcut = True
    projection: Projection = "convolution"

    def nodes(self, x: Shape | None) -> tuple[BlockNode, ...]:
        main = chained(
            ("conv1", _pointwise(self.width)),
            ("bn1", BatchNorm2d()),
            ("relu1", ReLU()),
            (
                "conv2",
                Conv2d(self.width, stride=(self.stride, self.stride), groups=self.groups, bias=False),
            ),
            ("bn2", BatchNorm2d()),
            ("relu2", ReLU()),
            ("conv3", _pointwise(self.filters)),
            ("bn3", BatchNorm2d()),
        )
        return _joined(main, x, self.filters, self.stride, self.projection if self.shortcut else None)

    def variants(self) -> tuple[tuple[BlockNode, ...], ...]:
        return _variants(self)

    def plain(self) -> Self:
        return replace(self, shortcut=False)

    def residual(self) -> Self:
        return replace(self, shortcut=True)

    @classmethod
    def recognised(cls, layers: Sequence[Layer]) -> Bottleneck | None:
        match convolutions_of(layers):
            case [first, second, third] | [first, second, third, _]:
                return cls(third.filters, first.filters, second.groups, second.stride[0])
        return None

    def landing(self, x: Shape) -> Bottleneck:
        if len(x) != 3:
            return self
        width = max(1, x[0] // 4)
        return replace(self, filters=x[0], width=width if width % self.groups == 0 else x[0])

    def summary(self, x: Shape | None = None) -> str:
        # a bottleneck of a quarter is the usual one (He et al. 2015, figure 5)
        usual = self.filters == 4 * self.width
        widths = str(self.filters) if usual else f"{self.width} → {self.filters}"
        text = _summed_up(widths, x, self.filters, self)
        # last, since a card that is too narrow cuts off the end
        return text + (f" · {self.groups}\N{NO-BREAK SPACE}groups" if self.groups > 1 else "")


def _variants(block: Residual | Bottleneck) -> tuple[tuple[BlockNode, ...], ...]:
    """Without a projection, and with one for fewer and for more channels than go out."""
    return (block.nodes(None), *(block.nodes((channels, 8, 8)) for channels in (block.filters + 1, 1)))


def _joined(
    main: tuple[BlockNode, ...], x: Shape | None, filters: int, stride: int, shortcut: str | None
) -> tuple[BlockNode, ...]:
    """The main path with its shortcut, where it has one, and the last activation."""
    last = f"relu{sum(isinstance(node.layer, ReLU) for node in main) + 1}"
    out = main[-1].name
    if shortcut is None:
        return (*main, *chained((last, ReLU()), source=out))
    past = _shortcut(x, filters, stride, shortcut)
    add = BlockNode("add", Add(), (out, past[-1].name if past else X))
    return (*main, *past, add, BlockNode(last, ReLU(), ("add",)))


def _shortcut(x: Shape | None, filters: int, stride: int, kind: str) -> tuple[BlockNode, ...]:
    """The layers on the shortcut: none where the shape stays the same."""
    extra = filters - x[0] if x is not None else 0
    if stride == 1 and not extra:
        return ()
    if kind == "convolution" or extra < 0:
        return chained(
            ("downsample.0", _pointwise(filters, stride)),
            ("downsample.1", BatchNorm2d()),
        )
    layers: list[tuple[str, Layer]] = []
    if stride > 1:
        layers.append(("skip", MaxPool2d(kernel=(1, 1), stride=(stride, stride))))
    if extra:
        layers.append(("pad", PadChannels(extra)))
    return chained(*layers)


def _pointwise(filters: int, stride: int = 1) -> Conv2d:
    return Conv2d(filters, kernel=(1, 1), stride=(stride, stride), padding=(0, 0), bias=False)


def _summed_up(text: str, x: Shape | None, filters: int, block: Residual | Bottleneck) -> str:
    if block.stride > 1:
        text += f" /{block.stride}"
    if not block.shortcut:
        return text + " · plain"
    past = _shortcut(x, filters, block.stride, block.projection)
    if past:
        text += " · proj" if isinstance(past[0].layer, Conv2d) else " · pad"
    return text
