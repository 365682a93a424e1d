"""GoogLeNet, nine inception blocks deep: as torchvision has it, as first published, and small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from networks.blocks.base import BlockNode, X
from networks.blocks.inception import AuxiliaryClassifier, Inception
from networks.graph.network import Network
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d, LocalResponseNorm
from networks.layers.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.base import Paper, Preset, TableLine, laid_out
from networks.recipes.learning_section import Learning
from networks.recipes.recipe import Recipe
from networks.recipes.schedules import Cosine

PAPER = Paper(
    "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke and Rabinovich",
    2015,
    "Going Deeper with Convolutions",
    "table 1 and figure 3",
)

TABLE_1 = {
    #    #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Szegedy et al. 2015, table 1: the inception blocks and their widths."""

_HALVING = MaxPool2d((3, 3), (2, 2), ceil=True)


def googlenet() -> Network:
    """GoogLeNet for 224×224 images as torchvision has it: batch normalization, and 3×3 for the 5×5 filters.

    6,624,904 weights at 1000 classes, with the two auxiliary classifiers 13,004,888. These come behind the
    inception blocks, as in torchvision, so that the keys of the weights have its order.
    """
    return laid_out(
        ("input", Input(channels=3, size=(224, 224))),
        *_convolution("conv1", 64, 7, 2),
        ("maxpool1", _HALVING),
        *_convolution("conv2", 64, 1),
        *_convolution("conv3", 192, 3),
        ("maxpool2", _HALVING),
        *_inceptions("3a", "3b", kernel=3),
        ("maxpool3", _HALVING),
        *_inceptions("4a", "4b", "4c", "4d", "4e", kernel=3),
        ("maxpool4", MaxPool2d(ceil=True)),
        *_inceptions("5a", "5b", kernel=3),
        TableLine("aux1", AuxiliaryClassifier(), "inception4a"),
        TableLine("aux2", AuxiliaryClassifier(), "inception4d"),
        ("avgpool", GlobalAvgPool2d()),
        ("dropout", Dropout(0.2)),
        ("fc", Linear(CLASSES)),
        ("output", Output()),
    )


def googlenet_2014() -> Network:
    """GoogLeNet as first published: table 1, figure 3 and section 5, layers named as in torchvision.

    The paper gives no numbers for its local response normalization; AlexNet's neighbourhood of 5 stands here,
    with torch's own factors, as in the model that was published for Caffe. 6,998,552 weights at 1000 classes,
    with the two auxiliary classifiers 13,378,280.
    """
    auxiliary = (
        # a group: the block's adaptive pooling gives the same 4×4, from 4×4 windows where the paper has 5×5
        BlockNode("pool", AvgPool2d((5, 5), (3, 3)), (X,)),
        *AuxiliaryClassifier(normalize=False).nodes(None)[1:],
    )
    return laid_out(
        ("input", Input(channels=3, size=(224, 224))),
        *_convolution("conv1", 64, 7, 2, normalize=False),
        ("maxpool1", _HALVING),
        ("norm1", LocalResponseNorm()),
        *_convolution("conv2", 64, 1, normalize=False),
        *_convolution("conv3", 192, 3, normalize=False),
        ("norm2", LocalResponseNorm()),
        ("maxpool2", _HALVING),
        *_inceptions("3a", "3b", normalize=False),
        ("maxpool3", _HALVING),
        *_inceptions("4a", "4b", "4c", "4d", "4e", normalize=False),
        ("maxpool4", _HALVING),
        *_inceptions("5a", "5b", normalize=False),
        TableLine("aux1", auxiliary, "inception4a"),
        TableLine("aux2", auxiliary, "inception4d"),
        ("avgpool", AvgPool2d((7, 7), (1, 1))),
        ("flatten", Flatten()),
        ("dropout", Dropout(0.4)),
        ("fc", Linear(CLASSES)),
        ("output", Output()),
    )


def small_googlenet() -> Network:
    """All nine inception blocks at a quarter of table 1's widths behind one convolution, for 32×32 images."""
    auxiliary = AuxiliaryClassifier(filters=32, features=128)
    return laid_out(
        ("input", Input(channels=1, size=(32, 32))),
        *_convolution("conv1", 48, 3),
        ("maxpool1", _HALVING),
        *_inceptions("3a", "3b", part=4),
        ("maxpool2", _HALVING),
        *_inceptions("4a", "4b", "4c", "4d", "4e", part=4),
        ("maxpool3", _HALVING),
        *_inceptions("5a", "5b", part=4),
        TableLine("aux1", auxiliary, "inception4a"),
        TableLine("aux2", auxiliary, "inception4d"),
        ("avgpool", GlobalAvgPool2d()),
        ("dropout", Dropout(0.2)),
        ("fc", Linear(CLASSES)),
        ("output", Output()),
    )


def _inceptions(
    *names: str, kernel: Literal[3, 5] = 5, normalize: bool = True, part: int = 1
) -> Iterator[tuple[str, Inception]]:
    """The lines of table 1 with these names; `part` divides the widths."""
    for name in names:
        ones, reduce3, threes, reduce5, fives, pool = (width // part for width in TABLE_1[name])
        block = Inception(ones, reduce3, threes, reduce5, fives, pool, kernel, normalize)
        yield f"inception{name}", block


def _convolution(
    name: str, filters: int, kernel: int, stride: int = 1, normalize: bool = True
) -> Iterator[tuple[str, Layer]]:
    border = kernel // 2
    convolution = Conv2d(filters, (kernel, kernel), (stride, stride), (border, border), bias=not normalize)
    yield f"{name}.conv", convolution
    if normalize:
        yield f"{name}.bn", BatchNorm2d(eps=0.001)
    yield f"{name}.relu", ReLU()


PRESETS = (
    Preset(
        "GoogLeNet",
        "GoogLeNet",
        "standard",
        PAPER,
        "Filters of several sizes side by side, each behind a 1×1 convolution that saves work, make it 22 "
        "layers deep with a ninth of AlexNet's weights. This is torchvision's form: batch normalization "
        "takes the place of local response normalization, and 3×3 filters stand for the 5×5 ones, a slip "
        "that was kept.",
        googlenet,
        torchvision="googlenet",
    ),
    Preset(
        "GoogLeNet (2014)",
        "GoogLeNet",
        "published",
        PAPER,
        "Won the classification task of ImageNet 2014 with a top-5 error of 6.7 %. This is the paper's "
        "form, with 5×5 filters, biases and local response normalization. Two auxiliary classifiers half "
        "way send gradient to the early layers; evaluation leaves them out.",
        googlenet_2014,
    ),
    Preset(
        "GoogLeNet small",
        "GoogLeNet",
        "small",
        replace(PAPER, place="after table 1"),
        "All nine inception blocks and both auxiliary classifiers, with a quarter of the filters and batch "
        "normalization, for images of 32×32. As deep as the original but for two convolutions in front.",
        small_googlenet,
        Recipe(learning=Learning(schedule=Cosine(), batch_size=32, epochs=15)),
    ),
)
