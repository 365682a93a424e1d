"""Residual networks at ImageNet's size, and those for 32×32 images with their plain twins."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from networks.blocks.residual import Bottleneck, Residual
from networks.graph.network import Network
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Linear
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d, MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.presets.base import Paper, Preset, TableLine, laid_out
from networks.recipes.learning_section import Learning
from networks.recipes.optimizers import Adam
from networks.recipes.recipe import Recipe
from networks.recipes.schedules import Cosine

PAPER = Paper("He, Zhang, Ren and Sun", 2015, "Deep Residual Learning for Image Recognition", "table 1")

TABLE_1 = {
    # conv2_x, conv3_x, conv4_x, conv5_x
    18: (Residual, (2, 2, 2, 2)),
    34: (Residual, (3, 4, 6, 3)),
    50: (Bottleneck, (3, 4, 6, 3)),
    101: (Bottleneck, (3, 4, 23, 3)),
    152: (Bottleneck, (3, 8, 36, 3)),
}
"""He et al. 2015, table 1: by the number of layers the block, and how many of it each stage has."""


def resnet(depth: int, groups: int = 1, width: int = 64) -> Network:
    """A network of table 1 for 224×224 images, with torchvision's names.

    `groups` and `width` (of each group, in the first stage) give ResNeXt-50 32×4d as (50, 32, 4) and Wide
    ResNet-50-2 as (50, 1, 128). Networks without bottlenecks ignore them.
    """
    kind, counts = TABLE_1[depth]
    lines: list[TableLine] = []
    for stage, count in enumerate(counts):
        filters = 64 * 2**stage
        for number in range(count):
            stride = 2 if stage and not number else 1
            block = (
                Residual(filters, stride)
                if kind is Residual
                else Bottleneck(4 * filters, groups * width * 2**stage, groups, stride)
            )
            lines.append(TableLine(f"layer{stage + 1}.{number}", block))
    return laid_out(
        ("input", Input(channels=3, size=(224, 224))),
        ("conv1", Conv2d(64, (7, 7), (2, 2), (3, 3), bias=False)),
        ("bn1", BatchNorm2d()),
        ("relu", ReLU()),
        ("maxpool", MaxPool2d((3, 3), (2, 2), (1, 1))),
        *lines,
        ("avgpool", GlobalAvgPool2d()),
        ("fc", Linear(CLASSES)),
        ("output", Output()),
    )


RATE = 1e-4
"""At 3e-4, ResNet-32 and 44 reached 97 % of the digits sooner, but fell to 87 and 51 % in the last epoch."""


def recipe(depth: int) -> Recipe:
    """How a CIFAR network learns the digits; with 110 layers one of three seeds took 14 epochs."""
    epochs = 12 if depth < 110 else 20
    return Recipe(learning=Learning(optimizer=Adam(lr=RATE), schedule=Cosine(), batch_size=32, epochs=epochs))


def cifar_resnet(depth: int, shortcut: bool = True) -> Network:
    """A network of 6n + 2 layers for 32×32 images; without its shortcuts the plain twin.

    He et al. 2015, section 4.2: a convolution, then n blocks each with 16, 32 and 64 filters, global average
    pooling, a linear layer; shortcuts that learn nothing (option A). 0.27 million weights at 20 layers, 1.7
    million at 110 (table 6). Raises ValueError where `depth` is not 6n + 2.
    """
    count, rest = divmod(depth - 2, 6)
    if rest or count < 1:
        raise ValueError(f"expected a depth of 6n + 2, got {depth}")
    return laid_out(
        ("input", Input(channels=3, size=(32, 32))),
        ("conv1", Conv2d(16, bias=False)),
        ("bn1", BatchNorm2d()),
        ("relu", ReLU()),
        *(
            (f"layer{stage}.{number}", Residual(filters, step, shortcut, "padding"))
            for stage, filters in enumerate((16, 32, 64), 1)
            for number in range(count)
            for step in (2 if stage > 1 and not number else 1,)
        ),
        ("avgpool", GlobalAvgPool2d()),
        ("fc", Linear(CLASSES)),
        ("output", Output()),
    )


RESNEXT = Paper(
    "Xie, Girshick, Dollár, Tu and He",
    2017,
    "Aggregated Residual Transformations for Deep Neural Networks",
    "table 1",
)
WIDE = Paper("Zagoruyko and Komodakis", 2016, "Wide Residual Networks", "table 8")
CIFAR = replace(PAPER, place="section 4.2 and table 6")
PLAIN = replace(PAPER, place="section 4.2 and figure 6")

_WHY = {
    18: "A shortcut past every two convolutions lets each block learn only what to add to its input. At 18 "
    "layers that hardly changes the error, but training gets there sooner.",
    34: "The network that made the point: without shortcuts 34 layers did worse than 18, with them better "
    "(table 2). Since then depth no longer stands in the way of training.",
    50: "1×1 convolutions narrow each block before its 3×3 convolution and widen it afterwards, so that "
    "50 layers cost hardly more than the 34 of the plainer block. As in torchvision it is the 3×3 "
    "convolution that halves images (known as v1.5); in the paper it is the 1×1 before it.",
    101: "The bottleneck blocks of ResNet-50 with 23 instead of 6 in the third stage. In place of VGG-16 "
    "it raised the mean average precision of object detection on COCO from 21.2 to 27.2 % (table 8).",
    152: "The deepest network that ImageNet had seen, and still less work than VGG-16. An ensemble with "
    "it won ImageNet 2015 with a top-5 error of 3.6 %.",
}
_CIFAR_WHY = {
    20: "The smallest of the networks that the paper studied depth with, on the 32×32 images of CIFAR-10. "
    "It is quick to train, so that one can compare it with its plain twin.",
    32: "Twelve layers more than ResNet-20. With shortcuts the error on CIFAR-10 fell from 8.75 to "
    "7.51 %; without them it rose.",
    44: "Twice the depth of ResNet-20, with four more layers. The error on CIFAR-10 fell further, to "
    "7.17 %, where the plain networks got worse with every layer.",
    56: "Reached 6.97 % error on CIFAR-10, and the plain network of as many layers was the worst that the "
    "paper still drew. The pair shows what shortcuts do better than any other.",
    110: "Showed that more than a hundred layers can be trained: 6.43 % error on CIFAR-10 with 1.7 million "
    "weights. The paper began with a lower learning rate until training had taken hold.",
}
_PLAIN_WHY = {
    20: "ResNet-20 without shortcuts. At this depth it still learns well.",
    32: "ResNet-32 without shortcuts. Here depth begins to hurt: on CIFAR-10 the paper's figure shows a "
    "higher error than with 20 layers, on the training images too, so that it is not overfitting.",
    44: "ResNet-44 without shortcuts. It has the weights to do what the plain network of 20 layers does, "
    "and yet training does not find them: the paper calls this the degradation problem.",
    56: "ResNet-56 without shortcuts. Same layers, same weights, and the highest error of the plain "
    "networks that the paper's figure 6 shows.",
    110: "ResNet-110 without shortcuts. On CIFAR-10 its error stayed above 60 %, so that the paper's "
    "figure 6 leaves it out. Turn the shortcuts on and it learns.",
}


def _standard(name: str, paper: Paper, why: str, network: Callable[[], Network], builder: str) -> Preset:
    return Preset(name, "ResNet", "standard", paper, why, network, torchvision=builder)


PRESETS = (
    *(
        _standard(f"ResNet-{depth}", PAPER, _WHY[depth], partial(resnet, depth), f"resnet{depth}")
        for depth in TABLE_1
    ),
    _standard(
        "ResNeXt-50 32×4d",
        RESNEXT,
        "Splits the 3×3 convolution of each bottleneck into 32 groups of 4 filters, and has more filters "
        "for the same work. Its error on ImageNet is lower than that of ResNet-50, 22.2 instead of 23.9 % "
        "(table 3).",
        partial(resnet, 50, groups=32, width=4),
        "resnext50_32x4d",
    ),
    _standard(
        "Wide ResNet-50-2",
        WIDE,
        "ResNet-50 with twice the filters in each 3×3 convolution. It does better than ResNet-152 with a "
        "third of the layers, and faster, since wide layers keep a GPU busier than deep ones.",
        partial(resnet, 50, width=128),
        "wide_resnet50_2",
    ),
    *(
        Preset(f"ResNet-{depth}", "ResNet", "small", CIFAR, why, partial(cifar_resnet, depth), recipe(depth))
        for depth, why in _CIFAR_WHY.items()
    ),
    *(
        Preset(
            f"Plain-{depth}",
            "ResNet",
            "small",
            PLAIN,
            why,
            partial(cifar_resnet, depth, shortcut=False),
            recipe(depth),
        )
        for depth, why in _PLAIN_WHY.items()
    ),
)
