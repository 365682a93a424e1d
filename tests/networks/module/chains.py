"""Random networks that fit, with many sums and ReLUs behind layers of every type."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from networks.core.shapes import ShapeError, count
from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Add
from networks.layers.pooling import AdaptiveAvgPool2d, GlobalAvgPool2d
from networks.layers.rectifiers import ReLU
from tests.networks.strategies import INNER, layers

LARGEST = 4096
"""Numbers of one sample that a layer may give, so that a step takes milliseconds."""


@st.composite
def fitting(draw: st.DrawFn, most: int = 8) -> Network:
    """An Input of 6×6 pixels, up to `most` layers, each behind some of those before it, and a Linear."""
    first = Input(channels=draw(st.sampled_from([1, 3])), size=(6, 6))
    nodes = [Node("input", first)]
    shapes = {"input": first.shape()}
    kinds = st.sampled_from([ReLU, Add]) | st.sampled_from(INNER)

    def append(name: str, layer: Layer, wires: Sequence[str]) -> None:
        try:
            shape = layer.shape(*(shapes[name] for name in wires))
        except ShapeError:
            return
        if count(shape) <= LARGEST:
            nodes.append(Node(name, layer, tuple(wires)))
            shapes[name] = shape

    kinds = st.sampled_from([ReLU, Add]) | st.sampled_from(INNER)
    for index in range(draw(st.integers(1, most))):
        names = [node.name for node in nodes[-3:]]
        shape = shapes[names[-1]]
        if len(shape) == 3 and draw(st.integers(0, 5)) == 0:
            # a gate of 1×1 pixels, which sums and products stretch
            append(f"squeeze{index}", AdaptiveAvgPool2d((1, 1)), names[-1:])
            gate = Conv2d(shape[0], kernel=(1, 1), padding=(0, 0))
            append(f"gate{index}", gate, [nodes[-1].name])
            continue
        layer: Layer = draw(kinds.flatmap(layers))
        fewest, most_others = layer.fewest_inputs - 1, min(layer.most_inputs, layer.fewest_inputs + 1) - 1
        # the last node is always read, so that chains are common; a name may come twice
        others = st.lists(st.sampled_from(names), min_size=fewest, max_size=most_others)
        append(f"n{index}", layer, draw(st.permutations([names[-1], *draw(others)])))
    last = nodes[-1].name
    if len(shapes[last]) == 3:
        nodes.append(Node("flat", draw(st.sampled_from([Flatten(), GlobalAvgPool2d()])), (last,)))
    nodes.append(Node("fc", Linear(CLASSES), (nodes[-1].name,)))
    return Network((*nodes, Node("output", Output(), ("fc",))))
