"""AlexNet, the network that won ImageNet 2012: as torchvision has it, as first published, and small."""

from __future__ import annotations

from msgspec.structs import replace

from networks.graph.network import Network
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import LocalResponseNorm
from networks.layers.pooling import AdaptiveAvgPool2d, MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.base import Paper, Preset, laid_out
from networks.recipes.learning_section import Learning
from networks.recipes.recipe import Recipe
from networks.recipes.schedules import Cosine

PAPER = Paper(
    "Krizhevsky, Sutskever and Hinton",
    2012,
    "ImageNet Classification with Deep Convolutional Neural Networks",
    "section 3 and figure 2",
)
ONE_TOWER = Paper(
    "Krizhevsky",
    2014,
    "One weird trick for parallelizing convolutional neural networks",
    "section 5",
)

_OVERLAPPING = MaxPool2d((3, 3), (2, 2))


def alexnet() -> Network:
    """AlexNet in one tower for 224×224 images, with torchvision's names. 61,100,840 weights at 1000 classes.

    Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks", section 5, as
    torchvision builds it: with 256 filters in the fourth convolution, where the paper has 384.
    """
    return laid_out(
        ("input", Input(channels=3, size=(224, 224))),
        ("features.0", Conv2d(64, (11, 11), (4, 4), (2, 2))),
        ("features.1", ReLU()),
        ("features.2", _OVERLAPPING),
        ("features.3", Conv2d(192, (5, 5), padding=(2, 2))),
        ("features.4", ReLU()),
        ("features.5", _OVERLAPPING),
        ("features.6", Conv2d(384)),
        ("features.7", ReLU()),
        ("features.8", Conv2d(256)),
        ("features.9", ReLU()),
        ("features.10", Conv2d(256)),
        ("features.11", ReLU()),
        ("features.12", _OVERLAPPING),
        ("avgpool", AdaptiveAvgPool2d((6, 6))),
        ("flatten", Flatten()),
        ("classifier.0", Dropout()),
        ("classifier.1", Linear(4096)),
        ("classifier.2", ReLU()),
        ("classifier.3", Dropout()),
        ("classifier.4", Linear(4096)),
        ("classifier.5", ReLU()),
        ("classifier.6", Linear(CLASSES)),
        ("output", Output()),
    )


def alexnet_2012() -> Network:
    """AlexNet as first published; two groups stand for the two GPUs. 60,965,224 weights at 1000 classes.

    Krizhevsky, Sutskever and Hinton 2012, section 3 and figure 2. Images are 227×227: with the 224 that the
    paper names, 11×11 filters at stride 4 do not give its 55×55. Section 3.3 has k = 2, n = 5, α = 10⁻⁴ and
    β = 0.75; torch divides α by n, which the paper's formula does not, so that n·α stands here.
    """
    normalization = LocalResponseNorm(size=5, alpha=5 * 1e-4, beta=0.75, k=2.0)
    return laid_out(
        ("input", Input(channels=3, size=(227, 227))),
        ("conv1", Conv2d(96, (11, 11), (4, 4), (0, 0))),
        ("relu1", ReLU()),
        ("norm1", normalization),
        ("pool1", _OVERLAPPING),
        ("conv2", Conv2d(256, (5, 5), padding=(2, 2), groups=2)),
        ("relu2", ReLU()),
        ("norm2", normalization),
        ("pool2", _OVERLAPPING),
        ("conv3", Conv2d(384)),
        ("relu3", ReLU()),
        ("conv4", Conv2d(384, groups=2)),
        ("relu4", ReLU()),
        ("conv5", Conv2d(256, groups=2)),
        ("relu5", ReLU()),
        ("pool5", _OVERLAPPING),
        ("flatten", Flatten()),
        ("fc6", Linear(4096)),
        ("relu6", ReLU()),
        ("dropout6", Dropout()),
        ("fc7", Linear(4096)),
        ("relu7", ReLU()),
        ("dropout7", Dropout()),
        ("fc8", Linear(CLASSES)),
        ("output", Output()),
    )


def small_alexnet() -> Network:
    """Five convolutions and three linear layers for 32×32 images, with a quarter of the filters of 2012."""
    return laid_out(
        ("input", Input(channels=1, size=(32, 32))),
        ("conv1", Conv2d(24, (5, 5), padding=(2, 2))),
        ("relu1", ReLU()),
        ("pool1", _OVERLAPPING),
        ("conv2", Conv2d(64, (5, 5), padding=(2, 2))),
        ("relu2", ReLU()),
        ("pool2", _OVERLAPPING),
        ("conv3", Conv2d(96)),
        ("relu3", ReLU()),
        ("conv4", Conv2d(96)),
        ("relu4", ReLU()),
        ("conv5", Conv2d(64)),
        ("relu5", ReLU()),
        ("pool5", _OVERLAPPING),
        ("flatten", Flatten()),
        ("fc6", Linear(256)),
        ("relu6", ReLU()),
        ("dropout6", Dropout()),
        ("fc7", Linear(256)),
        ("relu7", ReLU()),
        ("dropout7", Dropout()),
        ("fc8", Linear(CLASSES)),
        ("output", Output()),
    )


PRESETS = (
    Preset(
        "AlexNet",
        "AlexNet",
        "standard",
        ONE_TOWER,
        "The network of 2012 rebuilt in one tower, without groups and local response normalization, and "
        "with fewer filters in front. It is the AlexNet that torchvision has, and it takes torchvision's "
        "weights.",
        alexnet,
        torchvision="alexnet",
    ),
    Preset(
        "AlexNet (2012)",
        "AlexNet",
        "published",
        PAPER,
        "Won ImageNet 2012 with a top-5 error of 15.3 %, where the second best had 26.2 %, and turned "
        "computer vision to deep learning. ReLU, dropout and two GPUs made a network of this size "
        "trainable: the groups of conv2, conv4 and conv5 are the halves that lay on different GPUs.",
        alexnet_2012,
    ),
    Preset(
        "AlexNet small",
        "AlexNet",
        "small",
        replace(PAPER, place="after figure 2"),
        "The layers of 2012 with a quarter of the filters, for images of 32×32: smaller first filters, "
        "stride 1 and one group. Without any normalization it learns slowly at first, as networks of its "
        "time did.",
        small_alexnet,
        Recipe(learning=Learning(schedule=Cosine(), batch_size=32, epochs=20)),
    ),
)
