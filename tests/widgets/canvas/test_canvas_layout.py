"""Layout of the canvas: nothing overlaps, the trunk is straight, one network has one layout."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.graph import edits
from networks.graph.check import check
from networks.graph.network import Fold, Network, Node, Wire
from networks.graph.presentation import Folding, everything_open
from networks.graph.walk import reached
from networks.layers.base import Group
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.lenet import lenet5
from tests.networks.graph.random_folds import fold_edited, folded_networks
from tests.networks.graph.test_presentation import foldings
from tests.widgets.canvas.canvas_networks import any_network, chain, densenet, googlenet, resnet
from widgets.canvas.placement.frame_layout import HEADER, PAD, rooms
from widgets.canvas.placement.geometry import HEIGHT, WIDTH, Box, Layout
from widgets.canvas.placement.layout import Layouts, arrange
from widgets.canvas.placement.routes import CLOSE_GAP, GAP
from widgets.canvas.placement.routes import WIRE as LANE

KNOWN = {
    "lenet": lenet5(),
    "resnet": resnet((1, 2, 1, 1)),
    "googlenet": googlenet(),
    "densenet": densenet(6),
    "chain": chain(12),
}


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def crosses(p, q, box: Box) -> bool:
    """Whether the segment, which is vertical or horizontal, has a point inside the card."""
    left, right = sorted((p[0], q[0]))
    top, bottom = sorted((p[1], q[1]))
    return left < box[2] and right > box[0] and top < box[3] and bottom > box[1]


def assert_sound(network: Network, layout: Layout) -> None:
    boxes = {node.name: layout.box(node.name) for node in network.nodes}
    for (a, box_a), (b, box_b) in combinations(boxes.items(), 2):
        assert not overlap(box_a, box_b), f"cards {a} and {b}"
    assert set(layout.routes) == set(network.wires)
    left, top, right, bottom = layout.bounds
    for box in boxes.values():
        assert left <= box[0] < box[2] <= right
        assert top <= box[1] < box[3] <= bottom
    for wire, points in layout.routes.items():
        x, y = layout.places[wire.source]
        assert points[0] == (x, y + layout.heights[wire.source])
        target = boxes[wire.target]
        assert points[-1][1] == target[1]
        assert target[0] < points[-1][0] < target[2]
        for p, q in pairwise(points):
            assert p[0] == q[0] or p[1] == q[1], f"{wire} runs aslant"
            assert left <= q[0] <= right
            assert top <= q[1] <= bottom
            for name, box in boxes.items():
                assert not crosses(p, q, box), f"{wire} runs through {name}"


def assert_told_apart(layout: Layout) -> None:
    """Wires of different sources may cross, but never run on top of each other."""
    pieces = [(wire, p, q) for wire, points in layout.routes.items() for p, q in pairwise(points) if p != q]
    for (a, p, q), (b, r, s) in combinations(pieces, 2):
        if a.source == b.source:
            continue
        for axis in (0, 1):
            if p[axis] == q[axis] == r[axis] == s[axis]:
                other = 1 - axis
                first, second = sorted((p[other], q[other])), sorted((r[other], s[other]))
                shared = min(first[1], second[1]) - max(first[0], second[0])
                assert shared <= 0, f"{a} and {b} share a line"


@pytest.mark.parametrize("name", KNOWN)
def test_known_networks_are_drawn_without_overlaps_and_with_wires_apart(name):
    layout = arrange(KNOWN[name])
    assert_sound(KNOWN[name], layout)
    assert_told_apart(layout)


@pytest.mark.parametrize("name", KNOWN)
def test_the_longest_path_is_straight_at_zero(name):
    network = KNOWN[name]
    layout = arrange(network)
    trunk = [name for name, (x, _) in layout.places.items() if x == 0]
    rows = {layout.places[name][1] for name in layout.places}
    assert len(trunk) == len(rows)
    ordered = sorted(trunk, key=lambda name: layout.places[name][1])
    for a, b in pairwise(ordered):
        wire = next(wire for wire in network.consumers[a] if wire.target == b)
        assert len(layout.routes[wire]) == 2
    assert ordered[0] == network.nodes[0].name
    assert ordered[-1] == network.nodes[-1].name


def test_the_skip_of_a_residual_block_runs_in_one_lane_close_to_the_trunk():
    network = Network(
        (
            Node("input", Input()),
            Node("a", ReLU(), ("input",)),
            Node("b", ReLU(), ("a",)),
            Node("c", ReLU(), ("b",)),
            Node("add", Add(), ("c", "a")),
            Node("output", Output(), ("add",)),
        )
    )
    route = arrange(network).routes[Wire("a", "add", 1)]
    assert len(route) == 6
    lane = route[2][0]
    assert WIDTH / 2 < lane < WIDTH / 2 + 40


def test_branches_lie_on_both_sides():
    layout = arrange(googlenet(1))
    columns = {x for x, _ in layout.places.values()}
    assert min(columns) < 0 < max(columns)
    assert len(columns) == 4


def test_loose_layers_stand_in_a_column_to_the_right():
    network = lenet5()
    loose = Network((*network.nodes, Node("relu1", ReLU()), Node("relu2", ReLU())))
    before, after = arrange(network), arrange(loose)
    assert {name: after.places[name] for name in before.places} == before.places
    (x1, y1), (x2, y2) = after.places["relu1"], after.places["relu2"]
    assert x1 == x2 > WIDTH
    assert y2 > y1
    assert after.main == frozenset(before.places)


@pytest.mark.parametrize("network", [lenet5(), chain(12), resnet((2, 2, 2, 2)), googlenet(2)])
def test_what_lies_at_the_inputs_side_stays_where_it_is_when_a_wire_goes(network):
    before = arrange(network)
    first = network.of_type(Input)[0].name
    for wire in network.wires:
        cut = edits.disconnect(network, [wire])
        after = arrange(cut)
        assert after.places[first] == before.places[first]
        upper = reached([wire.source], lambda name, cut=cut: neighbours(cut, name))
        if wire.target not in upper:  # cut in two: nothing above it moves, and the rest stays below
            assert all(after.places[name] == before.places[name] for name in upper)
            lower = after.places.keys() - upper
            assert all(abs(after.places[name][1] - before.places[name][1]) < 40 for name in lower)
            assert all(after.places[name][0] == before.places[name][0] for name in lower)


def neighbours(network, name):
    return [*network[name].inputs, *(wire.target for wire in network.consumers[name])]


def test_a_second_input_stands_right_above_what_takes_it():
    network = Network(
        (
            Node("a", Input()),
            Node("b", ReLU(), ("a",)),
            Node("c", ReLU(), ("b",)),
            Node("other", Input()),
            Node("add", Add(), ("c", "other")),
        )
    )
    layout = arrange(network)
    assert layout.places["other"][1] == layout.places["c"][1]


def test_a_taller_card_moves_what_is_below_it_down():
    network = lenet5()
    flat, tall = arrange(network), arrange(network, {"conv1": 80.0})
    assert tall.places["conv1"] == flat.places["conv1"]
    assert tall.places["tanh1"][1] == flat.places["tanh1"][1] + 44
    assert_sound(network, tall)


def test_nothing_has_no_places():
    assert arrange(Network()).places == {}


@given(any_network(), st.data())
def test_any_wiring_is_drawn_without_overlaps(network, data):
    heights = {}
    if network.nodes:
        names = st.sampled_from([node.name for node in network.nodes])
        heights = data.draw(st.dictionaries(names, st.sampled_from((60.0, 90.0))))
    assert_sound(network, arrange(network, heights))


@given(any_network(loops=True))
def test_loops_are_drawn_too(network):
    assert_sound(network, arrange(network))


@given(any_network())
def test_any_wiring_is_drawn_with_wires_apart(network):
    assert_told_apart(arrange(network))


@given(any_network(loops=True))
def test_the_same_network_is_drawn_the_same(network):
    again = Network(tuple(Node(node.name, node.layer, node.inputs) for node in network.nodes))
    assert arrange(network) == arrange(again)


def test_the_frame_of_a_loose_group_is_around_its_card_alone():
    network = Network(
        (
            Node("input", Input()),
            Node("output", Output(), ("input",)),
            Node("loose", ReLU(), (), "inner"),
        ),
        (Fold("outer"), Fold("inner", None, "outer")),
    )
    folding = Folding(network, check(network), everything_open(network))
    layout = arrange(folding.shown, None, folding.frames)
    left, top, right, bottom = layout.box("loose")
    for depth, name in ((1, "inner"), (2, "outer")):
        assert layout.frames[name] == (
            left - depth * PAD,
            top - depth * HEADER,
            right + depth * PAD,
            bottom + depth * PAD,
        )


def entered() -> Folding:
    """One wire leads past the frame of `outer` into that of `inner`, another through two first lines."""
    network = Network(
        (
            Node("above", ReLU()),
            Node("a", ReLU(), ("above",), "outer"),
            Node("beside", ReLU()),
            Node("spare", ReLU()),
            Node("b", Add(), ("a", "beside"), "inner"),
            Node("other", ReLU(), ("above",), "low"),
        ),
        (Fold("outer"), Fold("inner", None, "outer"), Fold("high"), Fold("low", None, "high")),
    )
    return Folding(network, check(network), everything_open(network))


@settings(max_examples=100)
@example(entered())
@given(foldings())
def test_a_frame_holds_its_cards_inner_frames_and_what_runs_beside_them(folding):
    network = folding.shown
    layout = arrange(network, None, folding.frames)
    assert list(layout.frames) == [frame.fold.name for frame in folding.frames]
    for frame in folding.frames:
        inner = [layout.frames[each.fold.name] for each in folding.frames if each.within == frame.fold.name]
        boxes = [*map(layout.box, frame.inside), *inner]
        top = min(box[1] for box in boxes) - HEADER
        wires = [
            Wire(source, name, index)
            for name in frame.inside
            for index, source in enumerate(network[name].inputs)
        ]
        beside = [x for wire in wires for x, y in layout.routes[wire] if y > top]
        assert layout.frames[frame.fold.name] == (
            min([box[0] - PAD for box in boxes] + [x - LANE for x in beside]),
            top,
            max([box[2] + PAD for box in boxes] + [x + LANE for x in beside]),
            max(box[3] for box in boxes) + PAD,
        )
        assert layout.crossings[frame.fold.name] == tuple(
            sorted(
                {
                    x
                    for wire in wires
                    for (x, y), (_, end) in pairwise(layout.routes[wire])
                    if wire.source not in frame.inside and min(y, end) < top + HEADER / 2 < max(y, end)
                }
            )
        )


def test_of_many_loose_groups_each_part_is_laid_out_with_its_own_frame(monkeypatch):
    """When every component looked at all frames, ten thousand groups took a minute."""
    groups = 100
    network = Network(
        tuple(Node(f"n{number}", ReLU(), (), f"g{number}") for number in range(groups)),
        (*(Fold(f"g{number}", None, "all") for number in range(groups)), Fold("all")),
    )
    folding = Folding(network, check(network), everything_open(network))
    seen = []
    monkeypatch.setattr(
        "widgets.canvas.placement.layout.rooms",
        lambda frames, rows: (seen.append([frame.fold.name for frame in frames]), rooms(frames, rows))[1],
    )
    layout = arrange(folding.shown, None, folding.frames)
    assert seen == [["all", f"g{number}"] for number in range(groups)]
    assert len(layout.frames) == groups + 1


@pytest.mark.parametrize("network", [lenet5(), resnet((2, 2, 2, 2)), chain(40)])
def test_what_only_changes_values_stands_close_below_its_layer_without_a_label(network):
    layout = arrange(network)
    close = 0
    for name, (x, y) in layout.places.items():
        node = network[name]
        for source in node.inputs:
            below = layout.places[source][1] + layout.heights[source]
            gap = y - below
            if 0 < gap < GAP:
                close += 1
                assert gap == CLOSE_GAP
                assert node.layer.group in (Group.ACTIVATION, Group.NORMALIZATION, Group.REGULARIZATION)
                assert node.inputs == (source,)
                assert layout.places[source][0] == x
                assert source not in layout.labels
    values = [node for node in network.nodes if node.layer.group in (Group.ACTIVATION, Group.NORMALIZATION)]
    assert close > len(values) / 2


def test_a_layout_that_was_just_made_is_not_made_again():
    layouts, network = Layouts(), lenet5()
    plain = layouts.arrange(network, {}, ())
    # an equal network, and cards that are no higher than others, are the same question
    assert layouts.arrange(lenet5(), {"conv1": HEIGHT}, []) is plain
    taller = layouts.arrange(network, {"conv1": 2 * HEIGHT}, ())
    assert taller == arrange(network, {"conv1": 2 * HEIGHT})
    assert taller != plain
    folding = Folding(network, check(network, 10), everything_open(network))
    assert layouts.arrange(folding.shown, {}, folding.frames) == arrange(folding.shown, {}, folding.frames)
    shorter = layouts.arrange(edits.remove(network, ("tanh1",)), {}, ())
    assert "tanh1" not in shorter.places
    assert layouts.arrange(network, {}, ()) is plain
    # cards of the same kind stand where they stood, whatever is written on them
    assert layouts.arrange(edits.set_layers(network, {"tanh1": ReLU()}), {}, ()) is plain
    further = edits.set_layers(network, {"tanh1": Conv2d()})
    assert layouts.arrange(further, {}, ()) == arrange(further) != plain


@settings(max_examples=60)
@given(st.data())
def test_layouts_that_are_kept_are_those_that_would_be_made(data):
    layouts, network = Layouts(), data.draw(folded_networks())
    for _ in range(data.draw(st.integers(1, 6))):
        opened = everything_open(network) if data.draw(st.booleans()) else frozenset()
        folding = Folding(network, check(network, 10), opened)
        shown = folding.shown
        # without anything that was worked out of it before
        bare = type(shown)(shown.nodes)
        high = st.sets(st.sampled_from(shown.nodes), max_size=2) if shown.nodes else st.just(set())
        heights = {node.name: 2 * HEIGHT for node in data.draw(high)}
        assert layouts.arrange(shown, heights, folding.frames) == arrange(bare, heights, folding.frames)
        assert (shown.order, shown.wires, shown.consumers) == (bare.order, bare.wires, bare.consumers)
        network = data.draw(fold_edited(network))


def _with_one_change(draw, network: Network) -> Network:
    """The same names; one layer is of another type, takes another one's output, or lies in a frame."""
    index = draw(st.integers(0, len(network.nodes) - 1))
    node = network.nodes[index]
    names = st.sampled_from([each.name for each in network.nodes])
    layers = st.sampled_from((ReLU(), Conv2d(), Add(), Output(), Input(), Dropout()))
    other = draw(
        st.one_of(
            layers.map(lambda layer: replace(node, layer=layer)),
            st.lists(names, max_size=2).map(lambda inputs: replace(node, inputs=tuple(inputs))),
            st.sampled_from(("", "g")).map(lambda fold: replace(node, fold=fold)),
        )
    )
    nodes = (*network.nodes[:index], other, *network.nodes[index + 1 :])
    return Network(nodes, (Fold("g"),) if any(each.fold for each in nodes) else ())


@settings(max_examples=150)
@given(any_network(), st.data())
def test_what_differs_in_one_wire_layer_or_frame_is_another_question(network, data):
    layouts = Layouts()
    for _ in range(4):
        folding = Folding(network, check(network, 10), everything_open(network))
        assert layouts.arrange(folding.shown, {}, folding.frames) == arrange(
            folding.shown, {}, folding.frames
        )
        network = _with_one_change(data.draw, network) if network.nodes else network
