"""Edits: after any sequence of them the guarantees hold, and each does what it says and nothing else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.graph import edits
from networks.graph.free_names import free_name
from networks.graph.network import Network, Node, Wire, name_problem
from networks.layers.activation import Tanh
from networks.layers.ends import Input, Output
from networks.layers.linear import Linear
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from tests.networks.graph.random_edits import any_layer, edited, names, networks, small, some_names


def assert_promises(network: Network) -> None:
    known = [node.name for node in network.nodes]
    assert len(known) == len(set(known))
    assert all(name_problem(name) is None for name in known)
    assert all(source in network for node in network.nodes for source in node.inputs)
    # no edit closes a loop, so the order has all nodes, inputs first
    assert sorted(network.order) == sorted(known)
    place = {name: index for index, name in enumerate(network.order)}
    assert all(place[wire.source] < place[wire.target] for wire in network.wires)
    assert sorted(wire for wires in network.consumers.values() for wire in wires) == sorted(network.wires)


@settings(max_examples=100)
@given(st.data())
def test_promises_hold_after_any_edits(data):
    network = data.draw(networks(most_edits=0))
    for _ in range(data.draw(st.integers(1, 12))):
        before = msgspec.json.encode(network)
        later = data.draw(edited(network))
        assert_promises(later)
        assert msgspec.json.encode(network) == before
        assert msgspec.json.decode(msgspec.json.encode(later), type=Network) == later
        network = later


def rows(network: Network) -> dict[str, Node]:
    return dict(network.by_name)


@settings(max_examples=40)
@given(st.data())
def test_place_adds_one_loose_layer(data):
    network, layer = data.draw(networks()), data.draw(any_layer())
    later, name = edits.place(network, layer)
    assert later.nodes == (*network.nodes, Node(name, layer))
    assert edits.remove(later, [name]) == network


@settings(max_examples=40)
@given(st.data())
def test_insert_takes_the_wire_and_remove_gives_it_back(data):
    network = data.draw(networks().filter(lambda network: network.wires))
    layer, wire = data.draw(any_layer()), data.draw(st.sampled_from(network.wires))
    later, name = edits.insert(network, layer, wire)
    assert later[name].layer == layer
    assert later[name].inputs == ((wire.source,) if layer.most_inputs else ())
    assert later[wire.target].inputs[wire.index] == name
    assert set(network.wires) - set(later.wires) == {wire}
    assert later.nodes[[node.name for node in network.nodes].index(wire.source) + 1].name == name
    if layer.most_inputs:
        assert edits.remove(later, [name]) == network


@settings(max_examples=40)
@given(st.data())
def test_add_after_goes_behind_and_remove_gives_it_back(data):
    network = data.draw(networks().filter(lambda network: network.nodes))
    layer, after = data.draw(any_layer()), data.draw(names(network))
    later, name = edits.add_after(network, layer, after)
    assert later[name].layer == layer
    if not layer.most_inputs:
        assert later[name].inputs == ()
    elif network[after].layer.ends:
        assert later[after].inputs[0] == name
        assert later[name].inputs == network[after].inputs[:1]
    else:
        assert later[name].inputs == (after,)
        assert {wire.target for wire in later.consumers[after]} == {name}
        assert later.consumers[name] == tuple(
            Wire(name, wire.target, wire.index) for wire in network.consumers[after]
        )
    assert edits.remove(later, [name]) == network


@settings(max_examples=40)
@given(st.data())
def test_append_goes_before_the_output(data):
    network, layer = data.draw(networks()), data.draw(any_layer())
    later, name = edits.append(network, layer)
    assert edits.remove(later, [name]) == network
    if network.of_type(Output) and layer.most_inputs:
        assert later[network.of_type(Output)[-1].name].inputs[0] == name


@settings(max_examples=100)
@given(st.data())
def test_remove_leaves_the_rest_in_order_and_joins_the_neighbours(data):
    network = data.draw(networks().filter(lambda network: network.nodes))
    gone = data.draw(some_names(network))
    later = edits.remove(network, gone)
    assert not gone & set(rows(later))
    kept = [node for node in network.nodes if node.name not in gone]
    assert [(node.name, node.layer) for node in later.nodes] == [(node.name, node.layer) for node in kept]
    for node in kept:
        expected = []
        for source in node.inputs:
            heir = source
            while heir in gone and network[heir].inputs:
                heir = network[heir].inputs[0]
            expected += [] if heir in gone else [heir]
        assert list(later[node.name].inputs) == expected
    assert edits.remove(network, []) == network


@settings(max_examples=40)
@given(st.data())
def test_layers_removed_one_by_one_leave_what_removing_all_at_once_leaves(data):
    network = data.draw(networks().filter(lambda network: network.nodes))
    gone = data.draw(some_names(network))
    later = network
    for name in data.draw(st.permutations(sorted(gone))):
        later = edits.remove(later, [name])
    assert later == edits.remove(network, gone)


@settings(max_examples=100)
@given(st.data())
def test_connect_draws_one_wire_or_refuses_in_words(data):
    network = data.draw(networks().filter(lambda network: network.nodes))
    source, target = data.draw(names(network)), data.draw(names(network))
    index = data.draw(st.none() | st.integers(0, 3))
    most = network[target].layer.most_inputs
    try:
        later = edits.connect(network, source, target, index)
    except UserError as error:
        later = None
        reason = str(error)
    if later is None:
        full = len(network[target].inputs) >= most and index is None
        assert reason.endswith(".")
        assert most == 0 or network[source].layer.ends or target in network.upstream([source]) or full
        return
    assert source in later[target].inputs
    assert len(later[target].inputs) <= max(most, len(network[target].inputs))
    assert {**rows(later), target: None} == {**rows(network), target: None}
    before, after = network[target].inputs, later[target].inputs
    if len(after) > len(before):
        assert after == (*before, source)
    else:
        at = index if index is not None and index < len(before) else len(before) - 1 if index else 0
        assert after == (*before[:at], source, *before[at + 1 :])


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("relu1", "input", "takes no input"),
        ("output", "relu1", "Nothing follows an Output"),
        ("add1", "conv1", "would close a loop"),
        ("conv1", "conv1", "would close a loop"),
    ],
)
def test_wires_that_cannot_be_are_refused_in_words(source, target, said):
    with pytest.raises(UserError, match=said):
        edits.connect(small(), source, target)


def test_connect_changes_the_source_of_one_input_and_adds_to_several():
    network = edits.connect(small(), "input", "conv2")
    assert network["conv2"].inputs == ("input",)
    network = edits.connect(network, "conv1", "add1")
    assert network["add1"].inputs == ("relu1", "conv2", "conv1")
    assert edits.connect(network, "input", "add1", 1)["add1"].inputs == ("relu1", "input", "conv1")
    full = Network((Node("a", ReLU()), Node("add", Add(), ("a",) * Add.most_inputs)))
    with pytest.raises(UserError, match="has all of its 64 inputs"):
        edits.connect(full, "a", "add")


def test_connect_never_gives_a_layer_more_inputs_than_it_takes():
    network = Network((Node("a", ReLU()), Node("b", ReLU()), Node("c", ReLU(), ("a",))))
    assert edits.connect(network, "b", "c", 1)["c"].inputs == ("b",)
    # a layer that already has too many inputs is neither repaired on the side nor made worse
    joined = edits.set_layers(small(), {"add1": ReLU()})
    assert edits.connect(joined, "input", "add1", 1)["add1"].inputs == ("relu1", "input")


@settings(max_examples=40)
@given(st.data())
def test_disconnect_removes_these_wires_and_no_others(data):
    network = data.draw(networks().filter(lambda network: network.wires))
    wires = data.draw(st.sets(st.sampled_from(network.wires)))
    later = edits.disconnect(network, wires)
    assert [(node.name, node.layer) for node in later.nodes] == [(n.name, n.layer) for n in network.nodes]
    for node in network.nodes:
        left = [s for i, s in enumerate(node.inputs) if Wire(s, node.name, i) not in wires]
        assert list(later[node.name].inputs) == left


def test_an_output_with_several_wires_keeps_the_others_when_something_goes_before_it():
    network = Network((Node("a", ReLU()), Node("b", ReLU()), Node("output", Output(), ("a", "b"))))
    later, name = edits.append(network, Tanh())
    assert later["output"].inputs == (name, "b")
    assert edits.remove(later, [name]) == network


@settings(max_examples=40)
@given(st.data())
def test_rename_there_and_back(data):
    network = data.draw(networks().filter(lambda network: network.nodes))
    old = data.draw(names(network))
    later = edits.rename(network, old, "entirely_new")
    assert old not in later
    assert later["entirely_new"].layer == network[old].layer
    assert len(later.wires) == len(network.wires)
    assert edits.rename(later, "entirely_new", old) == network
    assert edits.rename(network, old, old) == network


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "train",
        "ä",
        "x" * 65,
        "a\n",
        "_modules",
        "False",
        "in",
        "conv1.",
        ".conv1",
        "conv2.inner",
        "conv2",
    ],
)
def test_names_that_cannot_be_are_refused_in_words(name):
    with pytest.raises(UserError) as refused:
        edits.rename(small(), "conv1", name)
    assert "try" in str(refused.value) or "choose another" in str(refused.value)


@settings(max_examples=40)
@given(st.data())
def test_set_layers_changes_layers_and_nothing_else(data):
    network = data.draw(networks().filter(lambda network: network.nodes))
    layers = {name: data.draw(any_layer()) for name in data.draw(some_names(network))}
    later = edits.set_layers(network, layers)
    assert [(n.name, n.inputs) for n in later.nodes] == [(n.name, n.inputs) for n in network.nodes]
    assert all(later[name].layer == layer for name, layer in layers.items())
    assert edits.set_layers(later, {name: network[name].layer for name in layers}) == network


def test_free_names_count_up_and_the_two_ends_have_no_number():
    network = Network()
    for expected, layer in (
        ("input", Input()), ("input1", Input()), ("fc1", Linear()), ("fc2", Linear()), ("output", Output()),
    ):  # fmt: skip
        network, name = edits.place(network, layer)
        assert name == expected
    assert free_name(edits.remove(network, ["fc1"]), Linear()) == "fc1"
    assert free_name(network, Linear(), taken={"fc3"}) == "fc4"


def test_tail_is_what_something_appended_goes_behind():
    assert edits.tail(small()) == "output"
    assert edits.tail(edits.remove(small(), ["output"])) == "fc1"
    assert edits.tail(Network()) is None
    loop = Network((Node("a", ReLU(), ("b",)), Node("b", ReLU(), ("a",))))
    assert edits.tail(loop) is None
