"""One edit of a 500-layer network with all shapes checked: `python -m tests.benchmarks.check_500_layers`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import count

from networks.graph import check as checking
from networks.graph import edits
from networks.graph.network import Network, Node, Wire
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d
from networks.layers.rectifiers import ReLU

LAYERS = 500
ROUNDS = 50


def residual(layers: int) -> Network:
    """A residual network: blocks of Conv2d, BatchNorm2d, ReLU, Conv2d, BatchNorm2d, Add, ReLU."""
    nodes = [Node("input", Input(channels=3, size=(32, 32))), Node("stem", Conv2d(filters=64), ("input",))]
    last = "stem"
    block = 0
    while len(nodes) + 7 <= layers - 3:
        block += 1
        skip = last
        for name, layer in (
            ("conv_a", Conv2d(filters=64 + block)),  # no two blocks alike, so that no cache helps twice
            ("bn_a", BatchNorm2d()),
            ("relu_a", ReLU()),
            ("conv_b", Conv2d(filters=64)),
            ("bn_b", BatchNorm2d()),
            ("add", Add()),
            ("relu_b", ReLU()),
        ):
            inputs = (last, skip) if name == "add" else (last,)
            last = f"{name}{block}"
            nodes.append(Node(last, layer, inputs))
    while len(nodes) < layers - 3:
        nodes.append(Node(f"relu_c{len(nodes)}", ReLU(), (last,)))
        last = nodes[-1].name
    ends = (("pool", GlobalAvgPool2d()), ("fc", Linear(features=CLASSES)), ("output", Output()))
    for name, layer in ends:
        nodes.append(Node(name, layer, (last,)))
        last = name
    return Network(tuple(nodes))


def median_ms(work: Callable[[], object], before: Callable[[], object]) -> float:
    """Median of several rounds in milliseconds; `before` is not measured."""
    times = []
    for _ in range(ROUNDS):
        before()
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    """Prints the medians."""
    network = residual(LAYERS)
    assert len(network.nodes) == LAYERS
    assert checking.check(network, 10).trainable
    wire = Wire("bn_a35", "relu_a35", 0)

    def cold() -> None:
        checking.check(Network(network.nodes), 10)

    def insert() -> None:
        edited, _ = edits.insert(network, ReLU(), wire)
        checking.check(edited, 10)

    sizes = count(33)

    def resize() -> None:
        edited = edits.set_layers(network, {"input": Input(channels=3, size=(32, next(sizes)))})
        checking.check(edited, 10)

    def forget() -> None:
        checking._fit.cache_clear()

    def warm() -> None:
        checking.check(network, 10)

    def only_edit() -> None:
        edits.insert(network, ReLU(), wire)

    print(f"{LAYERS} layers, median of {ROUNDS}")
    print(f"check, nothing known             {median_ms(cold, forget):7.2f} ms")
    print(f"insert a layer, without check    {median_ms(only_edit, warm):7.2f} ms")
    print(f"insert a layer and check         {median_ms(insert, warm):7.2f} ms")
    print(f"resize the images and check      {median_ms(resize, warm):7.2f} ms")


if __name__ == "__main__":
    main()
