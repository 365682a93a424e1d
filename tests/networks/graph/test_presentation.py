"""A network as shown with folds: every node once, every wire translated back, and sums that agree."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.blocks.convolution import ConvBNReLU
from networks.blocks.inception import AuxiliaryClassifier, Inception
from networks.blocks.residual import Bottleneck, Residual
from networks.graph import edits, groups
from networks.graph.check import check
from networks.graph.folds import repeat, set_block, settled
from networks.graph.network import Fold, Network, Node, Wire
from networks.graph.presentation import ROW, Folded, Folding, everything_open
from networks.layers.activation import Tanh
from networks.layers.ends import Input, Output
from networks.layers.merge import Add, Concat
from networks.layers.rectifiers import ReLU
from networks.presets.catalog import PRESETS
from networks.presets.resnet import resnet
from tests.networks.graph.random_folds import CLASS_COUNT, STARTS, folded_networks, stack


def folding(network, *opened):
    return Folding(network, check(network, CLASS_COUNT), frozenset(opened))


@st.composite
def nested_groups(draw):
    """Any wiring without loops, in any groups, also such as only a file can have."""
    kinds = st.sampled_from((ReLU(), Add(), Concat(), Output(), Input()))
    layers = draw(st.lists(kinds, min_size=1, max_size=10))
    names = [f"n{index}" for index in range(len(layers))]
    groups_ = [f"g{index}" for index in range(draw(st.integers(0, 4)))]
    folds = [
        Fold(name, None, draw(st.sampled_from(["", *groups_[:index]]))) for index, name in enumerate(groups_)
    ]
    nodes = [
        Node(
            names[index],
            layer,
            tuple(draw(st.lists(st.sampled_from(names[:index]), max_size=2))) if index else (),
            draw(st.sampled_from(["", *groups_])),
        )
        for index, layer in enumerate(layers)
    ]
    return Network((), tuple(folds)).with_nodes(draw(st.permutations(nodes)))


def opened_of(network):
    """Any folds and rows of a network."""
    everything = sorted(everything_open(network))
    return st.sets(st.sampled_from(everything)).map(frozenset) if everything else st.just(frozenset())


@st.composite
def foldings(draw):
    network = draw(folded_networks() | nested_groups())
    return Folding(network, check(network, CLASS_COUNT), draw(opened_of(network)))


@settings(max_examples=100)
@given(foldings())
def test_every_node_is_shown_once_as_itself_or_in_one_card(shown):
    network = shown.network
    assert set(shown.card_of) == set(network.by_name)
    assert set(shown.card_of.values()) == set(shown.shown.by_name)
    inside = [name for card in shown.shown.by_name for name in shown.nodes((card,))]
    assert sorted(inside) == sorted(network.by_name)
    for card in shown.shown.nodes:
        names = shown.nodes((card.name,))
        assert all(shown.card_of[name] == card.name for name in names)
        if isinstance(card.layer, Folded):
            assert names == shown.members[card.name]
            assert card.layer.layers == len(names)
            assert card.layer.count == len(shown.folds_of(card.name)) >= 1
            assert not shown.is_open(card.name)
        else:
            assert names == (card.name,)
            assert card.layer == network[card.name].layer
            assert all(shown.is_open(name) for name in network.around(network[card.name].fold))


@settings(max_examples=100)
@given(foldings())
def test_wires_translate_back_to_exactly_the_real_ones(shown):
    network = shown.network
    real = [one for wire in shown.shown.wires for one in shown.wires(wire)]
    within = [
        wire
        for wire in network.wires
        if shown.card_of[wire.source] == shown.card_of[wire.target] != wire.target
    ]
    assert sorted(real + within) == sorted(network.wires)
    for wire in shown.shown.wires:
        ones = shown.wires(wire)
        assert len({one.source for one in ones}) == 1
        for one in ones:
            assert (shown.card_of[one.source], shown.card_of[one.target]) == (wire.source, wire.target)
        assert shown.report.nodes[wire.target].inputs[wire.index] == shown.whole.nodes[ones[0].source].output


@settings(max_examples=100)
@given(foldings())
def test_no_fold_makes_a_loop_and_sums_are_those_of_the_network(shown):
    if len(shown.network.order) == len(shown.network.nodes):
        assert len(shown.shown.order) == len(shown.shown.nodes)
    report, whole = shown.report, shown.whole
    assert set(report.nodes) == set(shown.shown.by_name)
    assert (report.weights, report.multiply_adds) == (whole.weights, whole.multiply_adds)
    for field in ("weights", "multiply_adds"):
        told = [getattr(one, field) for one in report.nodes.values()]
        assert sum(told) == sum(getattr(one, field) for one in whole.nodes.values())
    assert [
        shown.card_of[name] if name else None for name in (finding.where for finding in whole.findings)
    ] == [finding.where for finding in report.findings]
    for card in shown.shown.nodes:
        inside = [whole.nodes[name] for name in shown.nodes((card.name,))]
        assert report.nodes[card.name].contributing == any(one.contributing for one in inside)
        assert (report.nodes[card.name].problem is None) == all(one.problem is None for one in inside)


@settings(max_examples=100)
@given(foldings())
def test_leaf_visible_and_frames_agree(shown):
    network = shown.network
    frames = {frame.fold.name: frame for frame in shown.frames}
    assert [f.fold.name for f in shown.frames] == list(frames)
    for name in (*network.by_name, *network.by_fold):
        seen = shown.visible(name)
        assert seen in shown.shown or seen in frames
        if name in network:
            assert seen == shown.card_of[name]
        elif name in frames:
            assert seen == name
        else:
            assert set(network.folded[name]) <= set(shown.nodes((seen,)))
    assert shown.visible("nothing of this name") is None
    for card in shown.shown.nodes:
        leaf = shown.leaf(card.name)
        if leaf is None:
            assert isinstance(card.layer, Folded)
            assert card.layer.closing
            assert not shown.shown.consumers[card.name]
        else:
            assert shown.card_of[leaf] == card.name
            assert shown.report.nodes[card.name].output == shown.whole.nodes[leaf].output
    # a frame holds the cards of its fold's contents, and all folds around it are open
    for name, frame in frames.items():
        assert frame.inside == {shown.card_of[node] for node in network.folded[name]}
        assert shown.is_open(name)
        if frame.within:
            assert frame.inside <= frames[frame.within].inside
            assert list(frames).index(frame.within) < list(frames).index(name)
    for card in shown.shown.by_name:
        fold = network[card].fold if card in network else network.by_fold[card].within
        assert {name for name in frames if card in frames[name].inside} == set(network.around(fold))


@given(folded_networks() | nested_groups())
def test_everything_open_is_the_network_and_unknown_names_open_nothing(network):
    opened = Folding(network, check(network), everything_open(network))
    assert [(n.name, n.layer, n.inputs) for n in opened.shown.nodes] == [
        (n.name, n.layer, n.inputs) for n in network.nodes
    ]
    assert {frame.fold.name for frame in opened.frames} == {
        n for n, inside in network.folded.items() if inside
    }
    closed = Folding(network, check(network))
    odd = Folding(network, check(network), frozenset({"nothing", ROW, ROW + "nothing", ""}))
    assert odd.shown.nodes == closed.shown.nodes
    assert not odd.opened


@settings(max_examples=100)
@given(st.data())
def test_opening_changes_what_is_shown_and_not_what_is(data):
    network = data.draw(folded_networks())
    before = msgspec.json.encode(network)
    one, other = (folding(network, *data.draw(opened_of(network))) for _ in range(2))
    assert one.network is other.network
    assert one.whole == other.whole
    assert msgspec.json.encode(network) == before


# -- loops that folding would create


def past(*outside):
    """a → b → c and a → c; `a` and `c` are one group, so as a card it would form a loop with b."""
    return Network(
        (
            Node("input", Input()),
            Node("a", ReLU(), ("input",), "group"),
            Node("b", ReLU(), ("a",), *outside),
            Node("c", Add(), ("a", "b"), "group"),
            Node("d", ReLU(), ("c",), "behind"),
            Node("e", ReLU(), ("d",), "behind"),
            Node("output", Output(), ("e",)),
        ),
        (Fold("group"), Fold("behind"), *(Fold(name) for name in outside)),
    )


def test_a_group_that_would_make_a_loop_is_shown_open_and_no_other():
    shown = folding(past())
    assert shown.is_open("group")
    assert not shown.is_open("behind")
    assert list(shown.shown.by_name) == ["input", "a", "b", "c", "behind", "output"]
    assert [frame.fold.name for frame in shown.frames] == ["group"]


def test_of_two_groups_in_each_other_both_are_open():
    shown = folding(past("between"))
    assert [frame.fold.name for frame in shown.frames] == ["group", "between"]
    assert not shown.is_open("behind")


def test_a_real_loop_is_shown_and_leaves_the_groups_behind_it_closed():
    network = past()
    nodes = [replace(node, inputs=("c",)) if node.name == "a" else node for node in network.nodes]
    shown = folding(network.with_nodes(nodes))
    assert shown.is_open("group")
    assert not shown.is_open("behind")


def test_a_long_row_on_a_loop_is_opened_in_one_go(monkeypatch):
    """A file may hold a loop; one pass over the network for each block of a row would be too slow."""
    network = repeat(stack(ConvBNReLU(4)), ["b1"], 100, CLASS_COUNT)
    (last,) = network["flatten"].inputs
    network, name = edits.add_after(network, ReLU(), last)
    nodes = [replace(node, inputs=(name,)) if node.name == "b1.conv" else node for node in network.nodes]
    network = network.with_nodes(nodes)
    rounds = []
    fold = Folding._fold
    monkeypatch.setattr(Folding, "_fold", lambda self: (rounds.append(1), fold(self)))
    shown = folding(network)
    assert all(shown.is_open(name) for name in network.by_fold)
    assert len(rounds) == 2


# -- rows


def test_equal_blocks_in_series_are_one_card():
    network = stack(Residual(8), Residual(8), Residual(8), Residual(16, 2), Residual(16), Residual(16))
    shown = folding(network)
    assert shown.rows == {"b1": ("b1", "b2", "b3"), "b5": ("b5", "b6")}
    assert list(shown.shown.by_name) == ["input", "b1", "b4", "b5", "flatten", "fc", "output"]
    assert [shown.shown[name].layer.count for name in ("b1", "b4", "b5")] == [3, 1, 2]
    assert shown.folds_of("b1") == ("b1", "b2", "b3")
    assert shown.folds_of("b4") == ("b4",)
    assert shown.folds_of("input") == ()
    assert shown.leaf("b1") == "b3.relu2"
    assert shown.visible("b2") == "b1"
    # the first has a projection because the shape changes there, and the card says so
    assert "proj" in shown.shown["b1"].layer.summary()
    assert "proj" not in shown.shown["b5"].layer.summary()


@pytest.mark.parametrize(
    "change",
    [
        lambda net: set_block(net, "b2", Residual(4, 1, True, "padding"), CLASS_COUNT),
        lambda net: edits.freeze(net, net.folded["b2"]),
        lambda net: edits.freeze(net, net.folded["b2"][:1]),
        lambda net: edits.set_layers(
            net, {name: Tanh() for name in net.folded["b2"] if isinstance(net[name].layer, ReLU)}
        ),
        lambda net: settled(edits.remove(net, ["b2.relu1"])),
        lambda net: edits.insert(net, ReLU(), *net.consumers["b1.relu2"])[0],
        lambda net: groups.group(net, net.folded["b2"], "stage"),
    ],
)
def test_blocks_that_differ_or_are_apart_stand_apart(change):
    network = change(stack(Residual(4), Residual(4), x=(3, 8, 8)))
    assert folding(network).rows == {}


def test_a_row_that_is_tapped_in_the_middle_is_none():
    network = stack(Residual(4), Residual(4), Residual(4))
    network, name = edits.place(network, Add())
    network = edits.connect(edits.connect(network, "b1.relu2", name), "b2.relu2", name)
    assert folding(network).rows == {}


def test_a_row_opened_shows_its_blocks_and_one_of_them_its_layers():
    network = stack(Residual(4), Residual(4), Residual(4))
    apart = folding(network, *(ROW + name for name in ("b1", "b2", "b3")))
    assert list(apart.shown.by_name)[1:4] == ["b1", "b2", "b3"]
    one = folding(network, *(ROW + name for name in ("b1", "b2", "b3")), "b2")
    assert [frame.fold.name for frame in one.frames] == ["b2"]
    assert one.visible("b1") == "b1"
    # the mark of any of its blocks keeps the row open
    assert folding(network, ROW + "b3").rows == {}
    # without its middle it is not a row
    assert folding(network, "b2").rows == {}


@given(
    st.integers(1, 5),
    st.sampled_from([Residual(4), Bottleneck(8, 4), ConvBNReLU(4), Inception(1, 1, 1, 1, 1, 1)]),
)
def test_what_is_repeated_stands_as_one_card_with_its_count(times, block):
    network = repeat(stack(block), ["b1"], times, CLASS_COUNT)
    shown = folding(network)
    assert shown.folds_of("b1") == tuple(f"b{number + 1}" for number in range(times))
    assert shown.shown["b1"].layer.count == times
    # and the card can make the row longer or shorter again
    for other in (1, 2, 4):
        again = repeat(network, shown.folds_of("b1"), other, CLASS_COUNT)
        assert len(folding(again).folds_of("b1")) == other


# -- cards


def test_a_card_says_where_wires_may_begin_and_end():
    network = stack(AuxiliaryClassifier(2, 2), Residual(4))
    shown = folding(network)
    auxiliary, block = shown.shown["b1"].layer, shown.shown["b2"].layer
    assert auxiliary.closing
    assert not block.closing
    assert auxiliary.opening
    assert block.opening
    assert shown.leaf("b1") is None
    start = groups.group(stack(Residual(4)), {"input"}, "start")
    assert not folding(start).shown["start"].layer.opening
    assert folding(start).leaf("start") == "input"


def test_a_group_with_several_ways_in_and_out_is_one_card_with_a_wire_for_each_source():
    network = Network(
        (
            Node("input", Input()),
            Node("a", ReLU(), ("input",)),
            Node("b", ReLU(), ("input",)),
            Node("p", Add(), ("a", "b", "a"), "pair"),
            Node("q", ReLU(), ("b",), "pair"),
            Node("c", Add(), ("p", "q")),
            Node("output", Output(), ("c",)),
        ),
        (Fold("pair"),),
    )
    shown = folding(network)
    assert shown.shown["pair"].inputs == ("a", "b")
    assert shown.wires(Wire("a", "pair", 0)) == (Wire("a", "p", 0), Wire("a", "p", 2))
    assert shown.wires(Wire("b", "pair", 1)) == (Wire("b", "p", 1), Wire("b", "q", 0))
    assert shown.shown["c"].inputs == ("pair", "pair")
    assert shown.wires(Wire("pair", "c", 1)) == (Wire("q", "c", 1),)
    assert shown.leaf("pair") == "q"


def test_what_is_wrong_inside_is_said_on_the_card_with_its_place():
    network = set_block(stack(Bottleneck(8, 4, 2)), "b1", Bottleneck(8, 4, 3), CLASS_COUNT)
    shown = folding(network)
    problem = shown.report.nodes["b1"].problem
    assert problem is not None
    assert str(problem).startswith("b1.conv2: Expected ")
    assert shown.report.findings[0].where == "b1"
    assert not shown.report.trainable


def test_frozen_marks_show_where_all_is_frozen():
    network = stack(Residual(4), Residual(8))
    network = edits.freeze(network, [*network.folded["b1"], "b2.conv1"])
    shown = folding(network)
    assert [shown.shown[name].frozen for name in ("b1", "b2")] == [True, False]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_shown_without_a_loop_at_any_fold_state(preset):
    network = preset.network()
    report = check(network, 1000)
    for opened in (frozenset(), everything_open(network), frozenset(list(network.by_fold)[::2])):
        shown = Folding(network, report, opened)
        assert len(shown.shown.order) == len(shown.shown.nodes)
        assert sum(one.weights for one in shown.report.nodes.values()) == report.weights


def test_a_resnet_152_fits_on_a_page():
    network = resnet(152)
    shown = Folding(network, check(network, 1000))
    assert [shown.shown[row].layer.count for row in shown.rows] == [3, 7, 35, 2]
    assert len(shown.shown.nodes) == 15
    assert {len(STARTS)} == {5}
