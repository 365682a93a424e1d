"""The network as a value: its guarantees, its order and its properties, also where it has loops."""

from __future__ import annotations

import keyword

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx, nn

from networks.core.message import UserError
from networks.graph.check import check
from networks.graph.network import MOST_NESTED, RESERVED, Fold, Network, Node, Wire, name_problem
from networks.layers.convolution import Conv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import Flatten, Linear
from networks.layers.rectifiers import ReLU
from networks.module.build import build
from tests.networks.graph.random_edits import networks, small


@st.composite
def graphs(draw):
    """Any wires between any layers, as in a file: loops, also of one layer, and wires drawn twice."""
    size = draw(st.integers(0, 8))
    sources = st.lists(st.integers(0, size - 1), max_size=3) if size else st.just([])
    return Network(tuple(Node(f"n{i}", ReLU(), tuple(f"n{j}" for j in draw(sources))) for i in range(size)))


def reaches(network: Network, name: str) -> set[str]:
    """All that this node depends on, itself included only where it lies on a loop."""
    found: set[str] = set()
    waiting = list(network[name].inputs)
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += network[source].inputs
    return found


@given(graphs())
def test_order_is_topological_and_leaves_out_what_is_on_a_loop_or_behind_one(network):
    on_loops = {node.name for node in network.nodes if node.name in reaches(network, node.name)}
    sound = {
        node.name for node in network.nodes if not on_loops & (reaches(network, node.name) | {node.name})
    }
    assert set(network.order) == sound
    assert len(network.order) == len(sound)
    place = {name: index for index, name in enumerate(network.order)}
    for name in network.order:
        assert all(place[source] < place[name] for source in network[name].inputs)


@given(graphs(), st.randoms())
def test_order_always_takes_the_first_node_that_is_ready(network, random):
    shuffled = Network(tuple(random.sample(network.nodes, len(network.nodes))))
    for each in (network, shuffled, Network(in_their_order(shuffled))):
        left, order = list(each.nodes), []
        while ready := [node for node in left if set(node.inputs) <= set(order)]:
            left.remove(ready[0])
            order.append(ready[0].name)
        assert each.order == tuple(order)


def in_their_order(network: Network) -> tuple[Node, ...]:
    """The nodes that are not on a loop or behind one, in the network's order."""
    return tuple(network[name] for name in network.order)


@given(graphs())
def test_looped_is_what_depends_on_itself(network):
    assert network.looped == {node.name for node in network.nodes if node.name in reaches(network, node.name)}


def test_ten_thousand_layers_on_a_loop_and_behind_it_are_told_apart():
    size = 10_000
    ring = [Node(f"n{i}", ReLU(), (f"n{(i - 1) % size}",)) for i in range(size)]
    behind = [Node(f"b{i}", ReLU(), (f"b{i - 1}" if i else "n7",)) for i in range(size)]
    network = Network((*ring, *behind))
    assert network.order == ()
    assert network.looped == {node.name for node in ring}
    problems = {name for name, told in check(network).nodes.items() if told.problem}
    assert problems == network.looped


@given(graphs())
def test_upstream_is_all_that_a_node_depends_on_and_itself(network):
    for node in network.nodes:
        assert network.upstream([node.name]) == reaches(network, node.name) | {node.name}
    assert network.upstream([]) == frozenset()


@settings(max_examples=50)
@given(networks())
def test_contributing_is_what_an_output_depends_on(network):
    expected = set()
    heads = [node for node in network.of_type(AuxiliaryOutput) if node.inputs]
    for node in (*network.of_type(Output), *heads):
        expected |= reaches(network, node.name) | {node.name}
    assert network.contributing == expected


@settings(max_examples=50)
@given(networks())
def test_equal_networks_are_equal_and_hash_alike_however_they_were_made(network):
    again = Network(tuple(Node(node.name, node.layer, node.inputs) for node in network.nodes))
    assert again == network
    assert hash(again) == hash(network)
    assert again.order == network.order
    assert network != Network((*network.nodes, Node("one_more", ReLU())))


def test_the_order_of_nodes_decides_between_possible_orders():
    nodes = (Node("b", ReLU()), Node("a", ReLU()), Node("c", ReLU(), ("a", "b")))
    assert Network(nodes).order == ("b", "a", "c")
    assert Network((nodes[1], nodes[0], nodes[2])).order == ("a", "b", "c")


def test_wires_and_consumers():
    network = Network((Node("a", ReLU()), Node("b", ReLU(), ("a", "a"))))
    assert network.wires == (Wire("a", "b", 0), Wire("a", "b", 1))
    assert network.consumers == {"a": network.wires, "b": ()}
    assert "a" in network
    assert "c" not in network


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ((Node("a", ReLU()), Node("a", ReLU())), "Two layers are called “a”"),
        ((Node("a", ReLU(), ("b",)),), "there is no such layer"),
        ((Node("a..b", ReLU()),), "letters A–Z"),
        ((Node("a.b.c", ReLU()), Node("a.b", ReLU())), "within layer"),
        ((Node("a.forward", ReLU()),), "torch.nn.Module uses the name “forward” itself"),
        ((Node("forward", ReLU()),), "torch.nn.Module uses the name “forward” itself"),
    ],
)
def test_broken_promises_are_refused_in_words(nodes, said):
    with pytest.raises(UserError, match=said):
        Network(nodes)
    with pytest.raises((UserError, msgspec.ValidationError)):
        msgspec.json.decode(msgspec.json.encode({"nodes": nodes}), type=Network)


def nested(depth: int) -> tuple[Fold, ...]:
    """Folds f1, f2, …, each within the one before."""
    return tuple(
        Fold(f"f{number}", within=f"f{number - 1}" if number > 1 else "") for number in range(1, depth + 1)
    )


FOLDS = {
    "in itself": ((Fold("a", within="a"),), "“a” lies in a block or group that does not exist."),
    "in a ring": (
        (Fold("a", within="b"), Fold("b", within="c"), Fold("c", within="a")),
        "“c” lies in a block or group that does not exist.",
    ),
    "behind a ring": (
        (Fold("d", within="a"), Fold("a", within="b"), Fold("b", within="a")),
        "“b” lies in a block or group that does not exist.",
    ),
    "nowhere": (
        (Fold("a", within="b"), Fold("b", within="c")),
        "“b” lies in a block or group that does not exist.",
    ),
    "twice": (
        (Fold("a"), Fold("a")),
        "Two things are called “a”; each block and group needs a name of its own.",
    ),
    "too deep": (
        nested(MOST_NESTED + 1),
        "Expected at most 32 groups within each other, got one more with “f33”: take some of them out.",
    ),
    "too deep, inner ones first": (
        nested(MOST_NESTED + 1)[::-1],
        "Expected at most 32 groups within each other, got one more with “f33”: take some of them out.",
    ),
    "far too deep": (
        nested(100_000),
        "Expected at most 32 groups within each other, got one more with “f33”: take some of them out.",
    ),
    "far too deep, inner ones first": (
        nested(100_000)[::-1],
        "Expected at most 32 groups within each other, got one more with “f33”: take some of them out.",
    ),
}


@pytest.mark.parametrize("case", FOLDS)
def test_folds_that_lie_nowhere_or_too_deep_are_refused_in_words(case):
    folds, sentence = FOLDS[case]
    with pytest.raises(UserError) as error:
        Network((Node("relu", ReLU()),), folds)
    assert str(error.value) == sentence


def test_folds_may_lie_in_each_other_as_deep_as_is_said_in_any_order():
    folds = nested(MOST_NESTED)
    for some in (folds, folds[::-1], (*folds[1::2], *folds[::2])):
        network = Network((Node("relu", ReLU(), (), f"f{MOST_NESTED}"),), some)
        assert len(network.around(f"f{MOST_NESTED}")) == MOST_NESTED
        assert network.folded["f1"] == ("relu",)


def test_every_name_that_torch_uses_itself_is_refused():
    module = build(small(), 3)
    used = set(dir(module)) | set(dir(fx.GraphModule)) | set(dir(nn.Module())) | set(vars(module))
    assert {name for name in used if name_problem(name) is None} == {
        name for name, _ in module.named_children()
    }
    containers = (nn.Sequential(), nn.ModuleList(), nn.ModuleDict())
    hidden = {name for part in (module, *containers) for name in (*dir(part), *vars(part)) if name[:1] == "_"}
    assert all(name_problem(name) is not None for name in hidden)
    assert all(not name.startswith("__") for name in RESERVED)


def test_one_underscore_may_stand_before_a_name():
    for name in ("_x", "_conv_stem", "_blocks.0._bn1", "_" + "x" * 63):
        assert name_problem(name) is None
    for name in ("_", "__x", "_x.__y", "_-", "_" + "x" * 64, "_modules", "_parameters.x", "__class__"):
        assert name_problem(name) is not None


@settings(max_examples=30)
@given(st.from_regex(r"[A-Za-z0-9_.-]{1,6}", fullmatch=True))
def test_every_name_that_is_allowed_trains(name):
    assert_trains_or_refused(name)


@pytest.mark.parametrize(
    "name", [*keyword.kwlist, *keyword.softkwlist, "self", "images", "torch", "getattr", "0"]
)
def test_every_word_of_the_modules_code_trains_or_is_refused(name):
    assert_trains_or_refused(name)


def assert_trains_or_refused(name):
    if name_problem(name):
        return
    network = Network(
        (
            Node("images_" + name, Input(size=(6, 6))),
            Node(name, Conv2d(filters=2), ("images_" + name,)),
            Node("flat_" + name, Flatten(), (name,)),
            Node("last_" + name, Linear(features=3), ("flat_" + name,)),
            Node("out_" + name, Output(), ("last_" + name,)),
        )
    )
    module = build(network, 3)
    assert module(torch.zeros(2, 1, 6, 6)).shape == (2, 3)
    assert set(module.state_dict()) == {
        f"{name}.weight",
        f"{name}.bias",
        f"last_{name}.weight",
        f"last_{name}.bias",
    }


def test_of_type():
    assert [node.name for node in small().of_type(Conv2d)] == ["conv1", "conv2"]
    assert Network().of_type(Conv2d) == ()
