"""Networks for testing and measuring the canvas, and random ones."""

from __future__ import annotations

from hypothesis import strategies as st

from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import Flatten, Identity, Linear
from networks.layers.merge import Add, Concat
from networks.layers.pooling import MaxPool2d
from networks.layers.rectifiers import ReLU


class Builder:
    """Adds nodes one after the other; `last` is the newest."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    @property
    def last(self) -> str:
        return self.nodes[-1].name

    def add(self, layer: Layer, *inputs: str) -> str:
        name = f"{layer.stem}_{len(self.nodes)}"
        self.nodes.append(Node(name, layer, inputs))
        return name

    def network(self) -> Network:
        return Network(tuple(self.nodes))


def chain(count: int) -> Network:
    """Input, `count` layers that fit, Output, one below the other."""
    build = Builder()
    build.add(Input(size=(16, 16)))
    for index in range(count):
        build.add((Conv2d(filters=8), ReLU(), Identity())[index % 3], build.last)
    build.add(Output(), build.last)
    return build.network()


def resnet(blocks: tuple[int, ...] = (3, 8, 36, 3), filters: int = 8) -> Network:
    """Bottlenecks of three convolutions, as in ResNet-152; Identity stands for the normalization."""
    build = Builder()
    x = build.add(Input(size=(64, 64), channels=3))
    x = build.add(Conv2d(filters=filters), x)
    for stage, count in enumerate(blocks):
        for block in range(count):
            stride = (2, 2) if stage and not block else (1, 1)
            width = filters * 2**stage
            before = x
            for number, kernel in enumerate(((1, 1), (3, 3), (1, 1))):
                x = build.add(
                    Conv2d(
                        filters=width,
                        kernel=kernel,
                        padding=(kernel[0] // 2, kernel[0] // 2),
                        stride=stride if number == 1 else (1, 1),
                    ),
                    x,
                )
                x = build.add(Identity(), x)
                if number < 2:
                    x = build.add(ReLU(), x)
            short = before
            if stride != (1, 1):
                short = build.add(Conv2d(filters=width, kernel=(1, 1), padding=(0, 0), stride=stride), before)
                short = build.add(Identity(), short)
            x = build.add(Add(), x, short)
            x = build.add(ReLU(), x)
    x = build.add(Flatten(), x)
    x = build.add(Linear(features=10), x)
    build.add(Output(), x)
    return build.network()


def googlenet(blocks: int = 3) -> Network:
    """Inception blocks: four branches that Concat joins."""
    build = Builder()
    x = build.add(Input(size=(32, 32), channels=3))
    x = build.add(Conv2d(filters=16), x)
    for _ in range(blocks):
        one = build.add(ReLU(), build.add(Conv2d(filters=8, kernel=(1, 1), padding=(0, 0)), x))
        branches = [one]
        for size in (3, 5):
            y = build.add(ReLU(), build.add(Conv2d(filters=4, kernel=(1, 1), padding=(0, 0)), x))
            y = build.add(Conv2d(filters=8, kernel=(size, size), padding=(size // 2, size // 2)), y)
            branches.append(build.add(ReLU(), y))
        y = build.add(MaxPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1)), x)
        branches.append(build.add(Conv2d(filters=8, kernel=(1, 1), padding=(0, 0)), y))
        x = build.add(Concat(), *branches)
    x = build.add(Linear(features=10), build.add(Flatten(), x))
    build.add(Output(), x)
    return build.network()


def densenet(layers: int) -> Network:
    """Every Concat takes everything before it."""
    build = Builder()
    made = [build.add(Input(size=(16, 16), channels=3))]
    for _ in range(layers):
        joined = build.add(Concat(), *made) if len(made) > 1 else made[0]
        made.append(build.add(Conv2d(filters=4), joined))
    build.add(Output(), made[-1])
    return build.network()


@st.composite
def any_network(draw: st.DrawFn, most: int = 14, loops: bool = False) -> Network:
    """Any wiring: loose layers, layers with too many inputs, several components and, if asked, loops."""
    kinds = st.sampled_from((ReLU(), Conv2d(), Linear(), Add(), Concat(), Input(), Output(), MaxPool2d()))
    layers = draw(st.lists(kinds, max_size=most))
    names = [f"n{index}" for index in range(len(layers))]
    nodes = []
    for index, layer in enumerate(layers):
        sources = names if loops else names[:index]
        inputs = draw(st.lists(st.sampled_from(sources), max_size=3)) if sources else []
        nodes.append(Node(names[index], layer, tuple(inputs)))
    return Network(tuple(draw(st.permutations(nodes))))
