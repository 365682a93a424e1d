"""Residual networks made plain and back: what goes, what stays, and that the rest keeps its shapes."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.message import UserError
from networks.graph import edits
from networks.graph.check import check
from networks.graph.network import Fold, Network, Node
from networks.graph.shortcuts import with_shortcuts, without_shortcuts
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import StochasticDepth
from networks.presets.catalog import PRESETS
from networks.presets.lenet import lenet5
from tests.networks.graph import random_edits
from tests.widgets.canvas.canvas_networks import any_network, googlenet, resnet

CLASSES_OF_DATA = 10


def drawn_by_hand(network):
    """The same layers and wires without blocks: nothing marks a shortcut."""
    return Network(tuple(replace(node, fold="") for node in network.nodes))


class Rows:
    """Numbered nodes in series."""

    def __init__(self):
        self.nodes, self.numbers = [], count(1)

    def add(self, layer, *inputs):
        name = f"n{next(self.numbers)}"
        self.nodes.append(Node(name, layer, inputs))
        return name


@st.composite
def residual_networks(draw):
    """Nested stretches of layers with or without a shortcut around them; and the names on the main path."""
    rows, plain = Rows(), []
    x = rows.add(Input(channels=1, size=(4, 4)))

    def layer():
        drawn = draw(st.sampled_from([Conv2d(filters=1), BatchNorm2d(), ReLU()]))
        plain.append(drawn)
        return drawn

    def stretch(x, depth):
        for _ in range(draw(st.integers(2, 3))):
            if depth < 2 and draw(st.booleans()):
                inner = stretch(x, depth + 1)
                short = rows.add(Conv2d(filters=1, kernel=(1, 1), padding=(0, 0)), x)
                short = draw(st.sampled_from([x, short]))
                x = rows.add(Add(), *draw(st.permutations([inner, short])))
            else:
                x = rows.add(layer(), x)
        return x

    x = stretch(x, 0)
    ends = [Flatten(), Linear(CLASSES), Output()]
    for end in ends:
        x = rows.add(end, x)
    network = Network(tuple(rows.nodes))
    return edits.remove(network, set(network.by_name) - network.contributing), [*plain, *ends]


@given(residual_networks())
def test_only_the_layers_of_the_main_path_are_left(drawn):
    network, layers = drawn
    if not network.of_type(Add):
        with pytest.raises(UserError):
            without_shortcuts(network)
        return
    plain = without_shortcuts(network, CLASSES_OF_DATA)
    assert [plain[name].layer for name in plain.order][1:] == layers
    assert all(len(node.inputs) <= 1 for node in plain.nodes)


@given(random_edits.networks() | any_network(loops=True))
def test_what_is_left_is_as_it_was_and_nothing_is_left_to_do(network):
    try:
        plain = without_shortcuts(network, CLASSES_OF_DATA)
    except UserError:
        return
    before, after = check(network, CLASSES_OF_DATA), check(plain, CLASSES_OF_DATA)
    assert len(plain.nodes) < len(network.nodes)
    for node in plain.nodes:
        assert node.layer == network[node.name].layer
        if node.name in network.order:
            assert after.nodes[node.name].output == before.nodes[node.name].output
    with pytest.raises(UserError):
        without_shortcuts(plain, CLASSES_OF_DATA)


RESIDUAL = [preset for preset in PRESETS if preset.network().of_type(Add)]


@pytest.mark.parametrize("preset", RESIDUAL, ids=lambda preset: preset.name)
def test_blocks_get_their_shortcuts_back(preset):
    network = preset.network()
    plain = without_shortcuts(network, 1000)
    assert not plain.of_type(Add)
    assert check(plain, 1000).trainable
    assert with_shortcuts(plain, 1000) == network


@pytest.mark.parametrize("preset", RESIDUAL, ids=lambda preset: preset.name)
def test_a_network_drawn_by_hand_becomes_the_plain_twin_that_its_blocks_would(preset):
    network = preset.network()
    by_hand = without_shortcuts(drawn_by_hand(network), 1000)
    by_blocks = without_shortcuts(network, 1000)
    assert [by_hand[name].layer for name in by_hand.order] == [by_blocks[n].layer for n in by_blocks.order]


def test_wires_that_join_equally_long_ways_stay():
    rows = Rows()
    x = rows.add(Input())
    one, other = rows.add(ReLU(), x), rows.add(Conv2d(filters=1), x)
    rows.add(Output(), rows.add(Add(), one, other))
    with pytest.raises(UserError, match="without"):
        without_shortcuts(Network(tuple(rows.nodes)))


def test_an_add_that_stretches_its_longer_way_stays():
    rows = Rows()
    x = rows.add(Input(size=(8, 8)))
    small = rows.add(Conv2d(filters=4, kernel=(8, 8), padding=(0, 0)), rows.add(ReLU(), x))
    rows.add(Output(), rows.add(Add(), small, x))
    with pytest.raises(UserError, match="without"):
        without_shortcuts(Network(tuple(rows.nodes)))


def test_what_drops_a_whole_way_goes_with_the_shortcut_past_it():
    rows = Rows()
    x = rows.add(Input(size=(4, 4)))
    conv = rows.add(Conv2d(filters=1), rows.add(ReLU(), x))
    drop = rows.add(StochasticDepth(0.2), conv)
    output = rows.add(Output(), rows.add(Add(), drop, x))
    plain = without_shortcuts(Network(tuple(rows.nodes)))
    assert plain[output].inputs == (conv,)
    assert drop not in plain


def test_what_another_layer_takes_from_a_shortcut_stays():
    rows = Rows()
    x = rows.add(Input(size=(4, 4)))
    main = rows.add(ReLU(), rows.add(ReLU(), rows.add(ReLU(), x)))
    short = rows.add(Conv2d(filters=1), x)
    add = rows.add(Add(), short, main)
    rows.add(Output(), add)
    loose = rows.add(ReLU(), short)
    plain = without_shortcuts(Network(tuple(rows.nodes)))
    assert short in plain
    assert plain[loose].inputs == (short,)
    assert add not in plain


def test_groups_keep_what_is_left_of_them():
    network = drawn_by_hand(resnet((1, 1)))
    inside = {node.name for node in network.nodes if node.name != network.nodes[0].name}
    grouped = Network(
        tuple(replace(node, fold="body" if node.name in inside else "") for node in network.nodes),
        (Fold("body"),),
    )
    plain = without_shortcuts(grouped, CLASSES_OF_DATA)
    assert plain.folds == (Fold("body"),)
    assert set(plain.folded["body"]) == {node.name for node in plain.nodes} & inside


@pytest.mark.parametrize("network", [lenet5(), googlenet(2), Network()])
def test_a_network_without_shortcuts_says_so(network):
    with pytest.raises(UserError, match="Expected a network with shortcuts"):
        without_shortcuts(network)
    with pytest.raises(UserError, match="Expected residual blocks"):
        with_shortcuts(network)


def test_shortcuts_that_are_there_are_not_restored():
    network = RESIDUAL[0].network()
    with pytest.raises(UserError, match="already"):
        with_shortcuts(network, 1000)
