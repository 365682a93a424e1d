"""Random networks that fit and end in scores, made of every layer type, for what must hold of all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from networks.core.shapes import Shape, ShapeError, count
from networks.graph.free_names import free_name
from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.ends import Input, Output
from networks.layers.linear import Flatten, Linear
from networks.layers.normalization import LayerNorm
from tests.networks.strategies import INNER, layers

CLASSES = 3
LARGEST = 4096
"""Numbers of one sample, so that the weights stay few."""


@st.composite
def networks(draw: st.DrawFn, longest: int = 12) -> Network:
    """A chain of layers that fit, with wires from anywhere before into what takes several."""
    first = Input(channels=draw(st.sampled_from((1, 3))), size=draw(st.tuples(SIDES, SIDES)))
    network, shapes = Network((Node("input", first),)), {"input": first.shape()}
    for _ in range(draw(st.integers(0, longest))):
        kind = draw(st.sampled_from(INNER))
        network = _with(network, shapes, draw(layers(kind)), draw)
    last = network.nodes[-1].name
    if len(shapes[last]) == 3:
        network = _with(network, shapes, Flatten(), draw)
    network = _with(network, shapes, Linear(features=CLASSES), draw)
    return network.with_nodes((*network.nodes, Node("output", Output(), (network.nodes[-1].name,))))


SIDES = st.integers(3, 9)


def _with(network: Network, shapes: dict[str, Shape], layer: Layer, draw: st.DrawFn) -> Network:
    """The network with the layer at its end, or as it was where it does not fit there."""
    if isinstance(layer, LayerNorm) and not layer.elementwise_affine:
        layer = LayerNorm(layer.eps, False, over=layer.over)  # without Affine there is no Bias to speak of
    last = network.nodes[-1].name
    others = draw(st.lists(st.sampled_from(sorted(shapes)), min_size=1, max_size=2))
    inputs = (last, *(others if layer.fewest_inputs > 1 else ()))
    try:
        shape = layer.shape(*(shapes[name] for name in inputs))
    except ShapeError:
        return network
    if count(shape) > LARGEST:
        return network
    name = free_name(network, layer)
    shapes[name] = shape
    return network.with_nodes((*network.nodes, Node(name, layer, inputs)))
