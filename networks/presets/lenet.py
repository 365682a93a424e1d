"""LeNet-5, the convolutional network that read bank cheques."""

from __future__ import annotations

from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.network import Input, Output
from networks.layers.pooling import AvgPool2d
from networks.network import Network, Node


def lenet5() -> Network:
    """LeNet-5 for 28×28 images.

    After LeCun, Bottou, Bengio and Haffner 1998, "Gradient-Based Learning Applied to Document Recognition",
    section II.B and figure 2, in the common form: padding 2 brings 28×28 images to the paper's 32×32, C3 sees
    all channels of S2, pooling learns nothing, and a linear layer stands for the RBF units.
    61,706 weights with ten classes.
    """
    rows = (
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
    names = (None, *(name for name, _ in rows))
    return Network(
        tuple(
            Node(name, layer, (before,) if before else ())
            for before, (name, layer) in zip(names, rows, strict=False)
        )
    )
