"""Moving layers: nothing is lost or changed, and what is moved back is where it was."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.graph import edits
from networks.graph.moves import move, move_behind
from networks.graph.network import Network, Wire
from networks.layers.activation import Tanh
from networks.layers.ends import AuxiliaryOutput
from networks.presets.lenet import lenet5
from networks.presets.resnet import resnet
from tests.networks.graph.random_edits import networks, small, some_names


@st.composite
def moves(draw: st.DrawFn) -> tuple[Network, frozenset[str], Wire]:
    network = draw(networks())
    assume(network.nodes)
    names = frozenset(draw(some_names(network)))
    assume(names)
    assume(network.wires)
    return network, names, draw(st.sampled_from(network.wires))


def inputs_of(network: Network) -> dict[str, tuple[str, ...]]:
    return {node.name: node.inputs for node in network.nodes}


@given(moves())
def test_a_move_keeps_every_layer_and_every_wire_that_it_has_nothing_to_do_with(drawn):
    network, names, wire = drawn
    assume(not any(network[name].layer.ends and network.consumers[name] for name in names))  # does not fit
    try:
        moved = move(network, names, wire)
    except UserError:
        return
    assert {node.name: (node.layer, node.frozen) for node in moved.nodes} == {
        node.name: (node.layer, node.frozen) for node in network.nodes
    }
    assert len(moved.order) >= len(network.order)
    if moved == network:
        return
    for other in edits.remove(network, names).wires:  # their order counts only for inputs that are gone
        if other != wire and not {wire.source, wire.target} & names:
            assert other in moved.wires
    for node in network.nodes:
        if node.name in names:  # all but the first input stay
            assert moved[node.name].inputs[1:] == node.inputs[1:]


@st.composite
def moves_of_one(draw: st.DrawFn) -> tuple[Network, str, Wire]:
    """One layer between two others, and a wire of what is left without it."""
    network = draw(networks())
    between = [
        node.name
        for node in network.nodes
        if node.inputs
        and len(network.consumers[node.name]) == 1
        and _wire_left(network, node.name) in edits.remove(network, {node.name}).wires
    ]
    assume(between)
    name = draw(st.sampled_from(between))
    return network, name, draw(st.sampled_from(network.wires))


def _wire_left(network: Network, name: str) -> Wire:
    (leaving,) = network.consumers[name]
    return Wire(network[name].inputs[0], leaving.target, leaving.index)


@given(moves_of_one())
def test_a_move_back_gives_the_network_back(drawn):
    network, name, wire = drawn
    before = _wire_left(network, name)
    try:
        moved = move(network, {name}, wire)
    except UserError:
        return
    back = move(moved, {name}, before) if moved is not network else moved
    assert {each.name: each for each in back.nodes} == {each.name: each for each in network.nodes}


def test_layers_move_in_one_piece_and_pieces_in_a_row():
    network = lenet5()
    names = [node.name for node in network.nodes]
    first, second, third = names[1:4]
    last = names[-1]
    before = network[last].inputs[0]
    moved = move(network, {first, second}, Wire(before, last, 0))
    assert moved[third].inputs == (names[0],)
    assert moved[first].inputs == (before,)
    assert moved[second].inputs == (first,)
    assert moved[last].inputs == (second,)
    apart = move(network, {first, third}, Wire(before, last, 0))
    assert apart[second].inputs == (names[0],)
    assert apart[third].inputs == (first,)


def test_an_add_takes_its_shortcut_along_unless_that_closes_a_loop():
    moved = move(small(), {"add1"}, Wire("flatten1", "fc1", 0))
    assert moved["add1"].inputs == ("flatten1", "conv2")
    assert moved["flatten1"].inputs == ("relu1",)
    with pytest.raises(UserError, match="add1"):
        move(small(), {"add1"}, Wire("input", "conv1", 0))


def test_an_output_takes_what_it_is_put_behind_and_an_input_stays():
    network, name = edits.place(small(), AuxiliaryOutput())
    moved = move(network, {name}, Wire("conv1", "relu1", 0))
    assert moved[name].inputs == ("conv1",)
    assert moved["relu1"].inputs == ("conv1",)
    with pytest.raises(UserError, match="input"):
        move(small(), {"input"}, Wire("conv1", "relu1", 0))


def test_what_lies_in_the_middle_of_wires_is_not_moved_in_one_piece():
    with pytest.raises(UserError, match="fewer"):
        move(small(), {"relu1", "conv2"}, Wire("flatten1", "fc1", 0))


def test_a_layer_moves_to_the_end_and_behind_an_end_that_is_no_output():
    assert inputs_of(move_behind(small(), {"conv2"}, "output"))["output"] == ("conv2",)
    loose = edits.remove(small(), {"output"})
    assert move_behind(loose, {"conv2"}, "fc1")["conv2"].inputs == ("fc1",)


def test_a_block_moves_with_its_fold_and_a_layer_joins_the_fold_it_is_put_into():
    network = resnet(18)
    fold = network.folds[0].name
    inside = network.folded[fold]
    last = network.of_type(type(network.nodes[-1].layer))[-1].name
    moved = move(network, inside, Wire(network[last].inputs[0], last, 0))
    assert set(moved.folded[fold]) == set(inside)
    network, name = edits.append(network, Tanh())
    taker = next(each for each in inside if network[each].inputs[0] in inside)
    assert move(network, {name}, Wire(network[taker].inputs[0], taker, 0))[name].fold == network[taker].fold
