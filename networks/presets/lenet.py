"""LeNet-5, the convolutional network that read bank cheques."""

from __future__ import annotations

from networks.graph.network import Network
from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.pooling import AvgPool2d
from networks.presets.base import Paper, Preset, laid_out
from networks.recipes.learning_section import Learning
from networks.recipes.recipe import Recipe

PAPER = Paper(
    "LeCun, Bottou, Bengio and Haffner",
    1998,
    "Gradient-Based Learning Applied to Document Recognition",
    "section II.B and figure 2",
)

LENET5_RECIPE = Recipe(learning=Learning(batch_size=8))
"""With it each of ten seeds reached a validation accuracy above 97 % on the digits within 12 epochs, and
ended at 96.9 to 97.8 %; in batches of 16 eight of them did, in batches of 64 two of four. A cosine schedule
does not help: with Adam at 0.001, 0.002 and 0.003 eight, seven and six of the ten seeds did."""


def lenet5() -> Network:
    """LeNet-5 for 28×28 images.

    After LeCun, Bottou, Bengio and Haffner 1998, "Gradient-Based Learning Applied to Document Recognition",
    section II.B and figure 2, in the common form: padding 2 brings 28×28 images to the paper's 32×32, C3 sees
    all channels of S2, pooling learns nothing, and a linear layer stands for the RBF units.
    61,706 weights with ten classes.
    """
    return laid_out(
        ("input", Input(channels=1, size=(28, 28))),
        ("conv1", Conv2d(filters=6, kernel=(5, 5), padding=(2, 2))),
        ("tanh1", Tanh()),
        ("pool1", AvgPool2d()),
        ("conv2", Conv2d(filters=16, kernel=(5, 5), padding=(0, 0))),
        ("tanh2", Tanh()),
        ("pool2", AvgPool2d()),
        ("flatten1", Flatten()),
        ("fc1", Linear(features=120)),
        ("tanh3", Tanh()),
        ("fc2", Linear(features=84)),
        ("tanh4", Tanh()),
        ("fc3", Linear(features=CLASSES)),
        ("output", Output()),
    )


def lenet5_1998() -> Network:
    """LeNet-5 for 32×32 images, layers named as in figure 2 of the paper; C5 is a convolution, as there.

    It leaves out of the original what `lenet5` leaves out; nor is tanh stretched, which is 1.7159·tanh(2x/3)
    in appendix A. 61,706 weights with ten classes.
    """
    return laid_out(
        ("input", Input(channels=1, size=(32, 32))),
        ("c1", Conv2d(6, (5, 5), padding=(0, 0))),
        ("tanh1", Tanh()),
        ("s2", AvgPool2d()),
        ("c3", Conv2d(16, (5, 5), padding=(0, 0))),
        ("tanh3", Tanh()),
        ("s4", AvgPool2d()),
        ("c5", Conv2d(120, (5, 5), padding=(0, 0))),
        ("tanh5", Tanh()),
        ("flatten", Flatten()),
        ("f6", Linear(84)),
        ("tanh6", Tanh()),
        ("fc", Linear(CLASSES)),
        ("output", Output()),
    )


PRESETS = (
    Preset(
        "LeNet-5 (1998)",
        "LeNet",
        "published",
        PAPER,
        "Showed that a network which learns its own filters from pixels reads handwriting better than "
        "features designed by hand, and went on to read cheques in banks. In the common form, which this "
        "is, four things of the original are left out: a learned coefficient and bias in each subsampling "
        "map, the sparse table of the maps that C3 sees (table I), the scaled tanh, and the RBF units at "
        "the end.",
        lenet5_1998,
    ),
    Preset(
        "LeNet-5",
        "LeNet",
        "small",
        PAPER,
        "The same network for images of 28×28: padding stands for the border that the paper's 32×32 images "
        "have around the digit. It is small enough to learn the digits in seconds on one core.",
        lenet5,
        LENET5_RECIPE,
    ),
)
