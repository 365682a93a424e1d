"""The VGG networks: nothing but 3×3 convolutions and poolings, with and without batch normalization."""

from __future__ import annotations

from functools import partial

from networks.blocks.convolution import VGGStage
from networks.graph.network import Network
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.pooling import AdaptiveAvgPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.base import Paper, Preset, TableLine, laid_out
from networks.recipes.learning_section import Learning
from networks.recipes.recipe import Recipe
from networks.recipes.schedules import Cosine

COLUMNS = {
    11: ("A", "64    | 128     | 256 256         | 512 512         | 512 512"),
    13: ("B", "64 64 | 128 128 | 256 256         | 512 512         | 512 512"),
    16: ("D", "64 64 | 128 128 | 256 256 256     | 512 512 512     | 512 512 512"),
    19: ("E", "64 64 | 128 128 | 256 256 256 256 | 512 512 512 512 | 512 512 512 512"),
}
"""Simonyan and Zisserman 2015, table 1: by number of layers, the column's letter and the filters of its 3×3
convolutions; a bar is a pooling layer, and one more comes at the end."""


def stages(column: str, normalize: bool) -> list[TableLine]:
    """The stages of a column; the layers are named `features.0`, `features.1`, … through all of them."""
    lines = []
    number = 0
    for index, widths in enumerate(column.split("|"), 1):
        filters = widths.split()
        stage = VGGStage(int(filters[0]), len(filters), normalize)
        count = len(stage.nodes(None))
        lines.append(TableLine(f"stage{index}", stage, paths=_features(number, count)))
        number += count
    return lines


def _features(first: int, count: int) -> tuple[str, ...]:
    return tuple(f"features.{number}" for number in range(first, first + count))


def vgg(depth: int, normalize: bool = False) -> Network:
    """A network of table 1 for 224×224 images, with torchvision's names.

    138,357,544 weights at 1000 classes for 16 layers without batch normalization.
    """
    return laid_out(
        ("input", Input(channels=3, size=(224, 224))),
        *stages(COLUMNS[depth][1], normalize),
        ("avgpool", AdaptiveAvgPool2d((7, 7))),
        ("flatten", Flatten()),
        ("classifier.0", Linear(4096)),
        ("classifier.1", ReLU()),
        ("classifier.2", Dropout()),
        ("classifier.3", Linear(4096)),
        ("classifier.4", ReLU()),
        ("classifier.5", Dropout()),
        ("classifier.6", Linear(CLASSES)),
        ("output", Output()),
    )


def small_vgg() -> Network:
    """Three stages for 32×32 images, after table 1, with batch normalization and one hidden linear layer."""
    return laid_out(
        ("input", Input(channels=1, size=(32, 32))),
        *stages("32 32 | 64 64 | 128 128", normalize=True),
        ("flatten", Flatten()),
        ("classifier.0", Linear(256)),
        ("classifier.1", ReLU()),
        ("classifier.2", Dropout()),
        ("classifier.3", Linear(CLASSES)),
        ("output", Output()),
    )


def _paper(place: str) -> Paper:
    return Paper(
        "Simonyan and Zisserman",
        2015,
        "Very Deep Convolutional Networks for Large-Scale Image Recognition",
        place,
    )


_WHY = {
    11: "The shallowest of the family, and the one that could be trained from random weights: the paper "
    "started the deeper ones from its layers. Stacks of 3×3 filters see as much as larger filters do, "
    "with fewer weights and more ReLUs between them.",
    13: "One more convolution than VGG-11 in each of the first two stages, and otherwise the same. The "
    "paper measured what depth alone does by changing nothing else, and the error fell.",
    16: "With this network and VGG-19 the authors came second in the classification task of ImageNet 2014 "
    "and won its localization task. Its plain plan made it the network that others took features from for "
    "years, though three quarters of its weights lie in the first linear layer.",
    19: "The deepest of the family. It hardly does better than VGG-16: without shortcuts or normalization, "
    "depth had stopped paying.",
}

PRESETS = (
    *(
        Preset(
            f"VGG-{depth}",
            "VGG",
            "standard",
            _paper(f"table 1, column {letter}"),
            _WHY[depth],
            partial(vgg, depth),
            torchvision=f"vgg{depth}",
        )
        for depth, (letter, _) in COLUMNS.items()
    ),
    *(
        Preset(
            f"VGG-{depth} BN",
            "VGG",
            "standard",
            _paper(f"table 1, column {letter}"),
            f"VGG-{depth} with batch normalization behind every convolution, which the paper did not have "
            "yet. With it even the deep ones train from random weights, and they reach a lower error.",
            partial(vgg, depth, normalize=True),
            torchvision=f"vgg{depth}_bn",
        )
        for depth, (letter, _) in COLUMNS.items()
    ),
    Preset(
        "VGG small",
        "VGG",
        "small",
        _paper("after table 1"),
        "Three stages of two 3×3 convolutions with batch normalization, for images of 32×32. The filters "
        "double where the image halves, as in the paper, and one hidden linear layer is enough for ten "
        "classes.",
        small_vgg,
        Recipe(learning=Learning(schedule=Cosine(), batch_size=64, epochs=15)),
    ),
)
