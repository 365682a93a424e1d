"""GoogLeNet's blocks (Szegedy et al. 2015): four branches side by side, and the auxiliary classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from networks.blocks.base import Block, BlockNode, X, chained, convolutions_of
from networks.core.fields import described, real, whole
from networks.core.shapes import Shape
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import AuxiliaryOutput
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Concat
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import AdaptiveAvgPool2d, MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout


def _width(title: str, help: str) -> msgspec.Meta:
    return whole(title, help, 1, 65_536)


Normalize = Annotated[
    bool,
    described(
        "Batch normalization", "Normalize after every convolution; torchvision does, the paper did not."
    ),
]


class Inception(Block, frozen=True):
    """Runs 1×1, 3×3 and 5×5 filters and a pooling side by side, and stacks their outputs.

    Szegedy et al. 2015, "Going Deeper with Convolutions", figure 2b; the widths are named as in table 1.
    With a small kernel the third branch has 3×3 filters, as in torchvision, whose names these are.
    """

    icon: ClassVar = "inception"
    stem: ClassVar = "inception"
    keywords: ClassVar = "googlenet branches parallel szegedy module"

    ones: Annotated[int, _width("#1×1", "Filters of the 1×1 branch.")] = 64
    reduce3: Annotated[int, _width("#3×3 reduce", "1×1 filters before the 3×3 ones.")] = 96
    threes: Annotated[int, _width("#3×3", "Filters of the 3×3 branch.")] = 128
    reduce5: Annotated[int, _width("#5×5 reduce", "1×1 filters before the 5×5 ones.")] = 16
    fives: Annotated[int, _width("#5×5", "Filters of the 5×5 branch.")] = 32
    pool: Annotated[int, _width("pool proj", "1×1 filters after the pooling.")] = 32
    kernel: Annotated[
        Literal[3, 5],
        described(
            "5×5 kernel",
            "The paper's third branch has 5×5 filters; torchvision's has 3×3.",
            labels={"3": "3×3 (torchvision)", "5": "5×5 (the paper)"},
        ),
    ] = 5
    normalize: Normalize = True

    def nodes(self, x: Shape | None) -> tuple[BlockNode, ...]:
        branches = (
            self._convolution("branch1", self.ones, 1, X),
            (
                *self._convolution("branch2.0", self.reduce3, 1, X),
                *self._convolution("branch2.1", self.threes, 3, "branch2.0.relu"),
            ),
            (
                *self._convolution("branch3.0", self.reduce5, 1, X),
                *self._convolution("branch3.1", self.fives, self.kernel, "branch3.0.relu"),
            ),
            (
                BlockNode("branch4.0", MaxPool2d((3, 3), (1, 1), (1, 1), ceil=True), (X,)),
                *self._convolution("branch4.1", self.pool, 1, "branch4.0"),
            ),
        )
        concat = BlockNode("concat", Concat(), tuple(branch[-1].name for branch in branches))
        return (*(node for branch in branches for node in branch), concat)

    def _convolution(self, path: str, filters: int, kernel: int, source: str) -> tuple[BlockNode, ...]:
        return convolved(path, filters, kernel, self.normalize, source)

    @classmethod
    def recognised(cls, layers: Sequence[Layer]) -> Inception | None:
        convolutions = convolutions_of(layers)
        if len(convolutions) != 6:
            return None
        ones, reduce3, threes, reduce5, fives, pool = (each.filters for each in convolutions)
        kernel: Literal[3, 5] = 3 if convolutions[4].kernel == (3, 3) else 5
        return cls(ones, reduce3, threes, reduce5, fives, pool, kernel)

    def landing(self, x: Shape) -> Inception:
        """The proportions of table 1's inception (3a): 64, 96, 128, 16, 32, 32 of 192 channels."""
        if len(x) != 3:
            return self
        parts = {"ones": 64, "reduce3": 96, "threes": 128, "reduce5": 16, "fives": 32, "pool": 32}
        return replace(self, **{name: max(1, round(x[0] * share / 192)) for name, share in parts.items()})

    def summary(self, x: Shape | None = None) -> str:
        return f"{self.ones} + {self.threes} + {self.fives} + {self.pool}"


class AuxiliaryClassifier(Block, frozen=True):
    """A small classifier half way, whose loss is added while training so that early layers learn sooner.

    Szegedy et al. 2015, section 5: the losses count 0.3, and evaluation leaves them out. Pools to 4×4, has a
    1×1 convolution and two linear layers. The names are those of torchvision's InceptionAux.
    """

    title: ClassVar = "Auxiliary classifier"
    icon: ClassVar = "auxiliary-classifier"
    stem: ClassVar = "aux"
    keywords: ClassVar = "googlenet loss head deep supervision szegedy"
    ends: ClassVar = True

    filters: Annotated[int, _width("Filters", "Filters of the 1×1 convolution.")] = 128
    features: Annotated[int, whole("Features", "Outputs of the first linear layer.", 1, 1_000_000)] = 1024
    dropout: Annotated[
        float, real("Dropout", "Share of these that is set to zero while training.", 0.0, 1.0, below=True)
    ] = 0.7
    weight: Annotated[
        float, real("Weight", "What its loss is multiplied by before it is added.", 0.0, 100.0, above=True)
    ] = 0.3
    normalize: Normalize = True

    def nodes(self, x: Shape | None) -> tuple[BlockNode, ...]:
        first = BlockNode("pool", AdaptiveAvgPool2d((4, 4)), (X,))
        convolution = convolved("conv", self.filters, 1, self.normalize, "pool")
        return (
            first,
            *convolution,
            *chained(
                ("flatten", Flatten()),
                ("fc1", Linear(self.features)),
                ("relu", ReLU()),
                ("dropout", Dropout(self.dropout)),
                ("fc2", Linear(CLASSES)),
                ("output", AuxiliaryOutput(self.weight)),
                source=convolution[-1].name,
            ),
        )

    @classmethod
    def recognised(cls, layers: Sequence[Layer]) -> AuxiliaryClassifier | None:
        found = [layer for layer in layers if isinstance(layer, Conv2d | Linear | Dropout | AuxiliaryOutput)]
        match found:
            case [Conv2d() as first, Linear(features=int(features)), Dropout() as dropout, Linear(), end]:
                if isinstance(end, AuxiliaryOutput):
                    return cls(first.filters, features, dropout.p, end.weight)
        return None

    def summary(self, x: Shape | None = None) -> str:
        return f"× {self.weight:g} · {self.filters} · {self.features}"


def convolved(path: str, filters: int, kernel: int, normalize: bool, source: str) -> tuple[BlockNode, ...]:
    """Convolution, normalization where wanted, ReLU; the names are those of torchvision's BasicConv2d."""
    border = (kernel // 2, kernel // 2)
    layers: list[tuple[str, Layer]] = [
        (f"{path}.conv", Conv2d(filters, (kernel, kernel), padding=border, bias=not normalize))
    ]
    if normalize:
        layers.append((f"{path}.bn", BatchNorm2d(eps=0.001)))
    return chained(*layers, (f"{path}.relu", ReLU()), source=source)
