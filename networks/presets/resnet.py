"""Residual networks at ImageNet's size, and those for 32×32 images with their plain twins."""

from __future__ import annotations

from functools import partial

from networks.blocks.residual import Bottleneck, Residual
from networks.layers.activation import ReLU
from networks.layers.convolution import Conv2d
from networks.layers.linear import CLASSES, Linear
from networks.layers.network import Input, Output
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d, MaxPool2d
from networks.network import Network
from networks.presets.base import Line, Paper, Preset, laid_out

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
    ResNet-50-2 as (50, 1, 128). Without a bottleneck they do not count.
    """
    kind, counts = TABLE_1[depth]
    lines: list[Line] = []
    for stage, count in enumerate(counts):
        filters = 64 * 2**stage
        for number in range(count):
            stride = 2 if stage and not number else 1
            block = (
                Residual(filters, stride)
                if kind is Residual
                else Bottleneck(4 * filters, groups * width * 2**stage, groups, stride)
            )
            lines.append(Line(f"layer{stage + 1}.{number}", block))
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


PRESETS = (
    Preset(
        "ResNet-18",
        "ResNet",
        "standard",
        PAPER,
        "A shortcut past every two convolutions lets each block learn only what to add to its input. Deeper "
        "networks then no longer train worse than shallow ones.",
        partial(resnet, 18),
        torchvision="resnet18",
    ),
)
