"""The depth is the most layers with weights on any path; projections do not count."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from networks.graph.depth import Depth, depth, main_path
from networks.graph.network import Network, Node
from networks.layers.base import Group, Layer
from networks.layers.convolution import Conv2d, PointwiseConv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Identity, LayerScale, Linear, Permute, PixelwiseLinear
from networks.layers.merge import Add, Concat
from networks.layers.normalization import BatchNorm2d
from networks.presets.resnet import resnet

LAYERS: tuple[Layer, ...] = (
    Conv2d(),
    PointwiseConv2d(),
    Linear(),
    PixelwiseLinear(),
    LayerScale(),
    BatchNorm2d(),
    Identity(),
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Chains with random wires across them; nodes in any order."""
    nodes = [Node("input", Input())]
    for number in range(draw(st.integers(1, 9))):
        names = [node.name for node in nodes]
        sources = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        merge = draw(st.sampled_from((Add(), Concat())))
        layer = merge if len(sources) > 1 else draw(st.sampled_from(LAYERS))
        nodes.append(Node(f"n{number}", layer, tuple(sources)))
    nodes.append(Node("output", Output(), (nodes[-1].name,)))
    return Network(tuple(draw(st.permutations(nodes))))


def weighted(layer: Layer) -> bool:
    return layer.group is Group.CONVOLUTION or isinstance(layer, Linear | PixelwiseLinear)


def all_paths(network: Network, name: str) -> list[tuple[str, ...]]:
    inputs = network[name].inputs
    if not inputs:
        return [(name,)]
    return [(*path, name) for source in inputs for path in all_paths(network, source)]


@given(networks())
def test_no_way_leads_through_more_layers_with_weights(network: Network):
    counts = [sum(weighted(network[name].layer) for name in path) for path in all_paths(network, "output")]
    assert depth(network).layers == max(counts)


@given(networks())
def test_main_path_is_wired_from_the_input_to_the_output(network: Network):
    path = main_path(network)
    assert (path[0], path[-1]) == ("input", "output")
    assert all(before in network[name].inputs for before, name in pairwise(path))


@given(networks())
def test_projections_are_beside_the_main_path(network: Network):
    beside = [node for node in network.nodes if weighted(node.layer) and node.name not in main_path(network)]
    assert 0 <= depth(network).projections <= len(beside)


def test_nothing_is_of_depth_0():
    assert depth(Network()) == Depth(0, 0, 0)
    loop = (Node("a", Conv2d(), ("b",)), Node("b", Conv2d(), ("a",)), Node("output", Output(), ("b",)))
    assert depth(Network(loop)) == Depth(0, 0, 0)
    assert depth(Network((Node("output", Output()),))) == Depth(0, 0, 0)


def test_what_hangs_off_does_not_count():
    network = Network(
        (
            Node("input", Input()),
            Node("conv", Conv2d(), ("input",)),
            Node("fc", Linear(CLASSES), ("conv",)),
            Node("output", Output(), ("fc",)),
            Node("aux1", Conv2d(), ("conv",)),
            Node("aux2", Conv2d(), ("aux1",)),
            Node("aux", AuxiliaryOutput(), ("aux2",)),
            Node("loose", Conv2d()),
        )
    )
    assert depth(network) == Depth(1, 1, 0)


def test_resnet_50_counts_as_the_paper_does():
    found = depth(resnet(50))
    assert (found.convolutions, found.linear, found.projections, found.layers) == (49, 1, 4, 50)


def test_a_block_of_convnext_is_three_layers_deep():
    """Liu et al. 2022, figure 4: a depthwise convolution and two 1×1 ones (in torchvision: linear layers)."""
    layers = (Conv2d(), Permute(), PixelwiseLinear(), PixelwiseLinear(), Permute(), LayerScale())
    nodes = [Node("input", Input())]
    for number, layer in enumerate(layers):
        nodes.append(Node(f"n{number}", layer, (nodes[-1].name,)))
    nodes += [Node("add", Add(), (nodes[-1].name, "input")), Node("output", Output(), ("add",))]
    assert depth(Network(tuple(nodes))) == Depth(1, 2, 0)
