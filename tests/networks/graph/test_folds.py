"""Blocks in a network: inserted, given other parameters, repeated, cut off and wired again, made plain."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.blocks import BLOCKS
from networks.blocks.convolution import ConvBNReLU, VGGStage
from networks.blocks.inception import AuxiliaryClassifier, Inception
from networks.blocks.residual import Bottleneck, Residual
from networks.core.message import UserError
from networks.graph import edits, folds, fragments, free_names, groups
from networks.graph.check import check
from networks.graph.folds import (
    add_block_after,
    expanded,
    insert_block,
    place_block,
    repeat,
    set_block,
    set_shortcuts,
    settled,
)
from networks.graph.network import MOST_NESTED, Fold, Network, Node, Wire
from networks.layers.activation import Activation, Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import Flatten, Identity
from networks.layers.merge import Add, Concat
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.resizing import PadChannels
from networks.module.build import build
from networks.presets.catalog import PRESETS
from networks.project.project import Project, project_from_json, project_to_json
from tests.networks.graph.random_folds import (
    CLASS_COUNT,
    STARTS,
    any_block,
    blocks_of,
    fold_edited,
    folded_networks,
    stack,
)


def layers_in(network, fold):
    """A fold without the names of its nodes: its layers, and where each takes its inputs from."""
    inside = network.folded[fold]
    sources = groups.sources_of(network, inside)
    place = {name: index for index, name in enumerate(inside)}
    place.update({source: ("from", index) for index, source in enumerate(sources)})
    return [(network[name].layer, tuple(place[taken] for taken in network[name].inputs)) for name in inside]


def what_nodes_say(block, x):
    nodes = block.nodes(x)
    place = {node.name: index for index, node in enumerate(nodes)} | {"x": ("from", 0)}
    return [(node.layer, tuple(place[taken] for taken in node.inputs)) for node in nodes]


def incoming(network, fold):
    sources = groups.sources_of(network, network.folded[fold])
    report = check(network, CLASS_COUNT)
    return report.nodes[sources[0]].output if len(sources) == 1 else None


def is_choice(layer):
    return isinstance(layer, Activation) and layer.elementwise


def with_relus(layers):
    return [(ReLU() if is_choice(layer) else layer, taken) for layer, taken in layers]


# -- after any edits


def group_contents(network):
    """The contents of every fold in which no block lies."""
    return {
        fold.name: [(n.name, n.layer, n.fold, n.frozen) for n in map(network.by_name.get, inside)]
        for fold in network.folds
        if (inside := network.folded[fold.name])
        and not any(
            network.by_fold[around].block is not None
            for name in inside
            for around in network.around(network[name].fold)
        )
    }


def assert_promises(network):
    assert all(network.folded.values())
    assert network == Network(network.nodes, network.folds)
    project = Project(network)
    assert project_from_json(project_to_json(project)) == project


@settings(max_examples=80)
@given(st.data())
def test_promises_hold_after_any_edits_of_layers_blocks_and_groups(data):
    network = data.draw(st.sampled_from(STARTS))
    for _ in range(data.draw(st.integers(1, 8))):
        edited = data.draw(fold_edited(network))
        assert_promises(edited)
        network = settled(edited, CLASS_COUNT)
        assert_promises(network)
        assert settled(network, CLASS_COUNT) == network
        # groups are the user's: their contents stay
        before, after = group_contents(edited), group_contents(network)
        assert all(after[name] == inside for name, inside in before.items())
        for fold in network.folds:
            assert fold.block is None or edited.by_fold[fold.name].block == fold.block
            x = incoming(network, fold.name)
            if fold.block is not None and x is not None:
                assert with_relus(layers_in(network, fold.name)) == what_nodes_say(fold.block, x)


@settings(max_examples=80)
@given(st.data())
def test_blocks_that_an_edit_did_not_touch_are_judged_as_if_they_were_judged_anew(data):
    network = settled(data.draw(folded_networks()), CLASS_COUNT)
    for _ in range(data.draw(st.integers(1, 4))):
        edited = data.draw(fold_edited(network))
        network = settled(edited, CLASS_COUNT)
        for cached in (folds._verdict, folds._sources, folds._given):
            cached.cache_clear()
        # another network without anything that is worked out of it
        assert settled(Network(edited.nodes, edited.folds), CLASS_COUNT) == network


@settings(max_examples=30)
@given(st.data())
def test_the_classes_of_the_data_change_no_block(data):
    network = settled(data.draw(folded_networks()), CLASS_COUNT)
    few, many = (check(network, classes).nodes for classes in (7, CLASS_COUNT))
    # a block behind the classifier takes as many channels as there are classes
    folded = [node.name for node in network.nodes if node.fold]
    assume(all(few[name].inputs == many[name].inputs for name in folded))
    assert settled(network, 7) == settled(network) == network


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_settled(preset):
    network = preset.network()
    assert settled(network, 1000) is network


# -- inserted


@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.__name__)
def test_a_block_dropped_on_a_wire_has_the_channels_of_the_wire(kind):
    network = stack(ConvBNReLU(24))
    (wire,) = network.consumers["b1.relu"]
    x = check(network, CLASS_COUNT).wire_shape(wire)
    assert x == (24, 8, 8)
    later, name = insert_block(network, kind(), (wire,), x)
    fold = later.by_fold[name]
    assert fold.name == f"{kind.stem}1"
    assert fold.block == kind().landing(x)
    assert layers_in(later, name) == what_nodes_say(fold.block, x)
    assert settled(later, CLASS_COUNT) == later
    assert not check(later, CLASS_COUNT).findings
    inside = later.folded[name]
    assert all(name_.startswith(f"{name}.") for name_ in inside)
    assert groups.sources_of(later, inside) == ("b1.relu",)
    if kind.ends:
        assert later["flatten"].inputs == ("b1.relu",)
    else:
        assert later["flatten"].inputs == groups.leaves_of(later, inside) == (inside[-1],)
        assert edits.remove(later, inside) == network


@given(any_block(), st.data())
def test_a_block_behind_a_node_is_the_one_that_is_dropped_on_its_only_wire(block, data):
    network = data.draw(st.sampled_from(STARTS))
    report = check(network, CLASS_COUNT)
    single = [node.name for node in network.nodes if len(network.consumers[node.name]) == 1]
    name = data.draw(st.sampled_from(single))
    x = report.nodes[name].output
    behind = add_block_after(network, block, name, x)
    assert behind == insert_block(network, block, network.consumers[name], x)
    (taker,) = network.consumers[name]
    if network[taker.target].layer.ends:
        before, fold = add_block_after(network, block, taker.target, x)
        assert layers_in(before, fold) == layers_in(*behind)


def test_a_block_between_two_of_a_group_lies_in_the_group():
    network = groups.group(
        stack(Residual(4), Residual(4)), {n.name for n in stack(Residual(4), Residual(4)).nodes[1:]}, "body"
    )
    later, name = insert_block(network, Residual(), network.consumers["b1.relu2"], (4, 8, 8))
    assert later.by_fold[name].within == "body"
    assert later.by_fold["b1"].within == "body"
    outside, name = add_block_after(network, Residual(), "input", (3, 8, 8))
    assert outside.by_fold[name].within == ""


def test_a_block_into_a_block_makes_a_group_of_the_outer_one():
    network = stack(Residual(4))
    later, name = insert_block(network, ConvBNReLU(), network.consumers["b1.bn1"], (4, 8, 8))
    later = settled(later, CLASS_COUNT)
    assert later.by_fold["b1"] == Fold("b1")
    assert later.by_fold[name] == Fold(name, ConvBNReLU(4), "b1")


# -- loose


@given(any_block())
def test_a_loose_block_begins_with_an_identity_that_goes_when_it_is_connected(block):
    network, name = place_block(stack(), block)
    entry, *rest = network.folded[name]
    assert network[entry].layer == Identity()
    assert settled(network, CLASS_COUNT) == network
    assert edits.remove(network, (entry, *rest)) == stack()
    fed = settled(groups.connect_fold(network, "input", network.folded[name], None), CLASS_COUNT)
    assert fed.by_fold[name].block == block
    assert layers_in(fed, name) == what_nodes_say(block, (3, 8, 8))
    # exactly the block that is dropped with these parameters
    dropped = expanded(stack(), block, None).by_fold[name].block
    assert dropped == block
    assert Identity() not in [node.layer for node in fed.nodes]


@given(any_block())
def test_a_loose_block_of_which_a_wire_is_drawn_inside_is_connected_too(block):
    network, name = place_block(stack(), block)
    drawn = edits.connect(network, "input", network.folded[name][0])
    fed = settled(groups.connect_fold(network, "input", network.folded[name], None), CLASS_COUNT)
    assert settled(drawn, CLASS_COUNT) == fed


@settings(max_examples=60)
@given(st.data())
def test_cutting_the_wires_into_a_block_and_drawing_one_again_gives_the_block_back(data):
    network = stack(*(data.draw(st.lists(any_block(), min_size=1, max_size=3))))
    network = settled(network, CLASS_COUNT)
    fold = data.draw(st.sampled_from([fold.name for fold in network.folds]))
    inside = network.folded[fold]
    (source,) = groups.sources_of(network, inside)
    cut = edits.disconnect(
        network, [wire for wire in network.wires if wire.target in inside and wire.source == source]
    )
    cut = settled(cut, CLASS_COUNT)
    assert cut.by_fold[fold].block == network.by_fold[fold].block
    again = settled(groups.connect_fold(cut, source, cut.folded[fold], None), CLASS_COUNT)
    assert again == network


def test_groups_lie_in_each_other_up_to_a_bound_and_then_say_so():
    network = stack(Residual(4))
    inside = network.folded["b1"]
    for number in range(1, MOST_NESTED):
        network = groups.group(network, inside, f"around {number}")
    assert_promises(network)
    with pytest.raises(UserError, match="at most 32 groups within each other, got one more with “b1”"):
        groups.group(network, inside, "one more")
    part = fragments.fragment(network, inside)
    with pytest.raises(UserError, match="groups within each other"):
        fragments.paste(network, part, "b1.conv1")
    with pytest.raises(UserError, match="groups within each other"):
        insert_block(network, Residual(), (Wire("b1.conv1", "b1.bn1", 0),), (4, 8, 8))


# -- the first edit inside a block makes it a group


def test_any_edit_inside_makes_a_group_and_leaves_the_rest_as_it_was():
    network = stack(Residual(4), Residual(8, 2))
    inside = network.folded["b2"]
    wire = Wire("b2.conv1", "b2.bn1", 0)
    for edited in (
        edits.insert(network, Tanh(), wire)[0],
        edits.remove(network, ["b2.bn1"]),
        edits.set_layers(network, {"b2.conv1": Conv2d(8, (5, 5), (2, 2), (2, 2), bias=False)}),
        edits.set_layers(network, {"b2.relu1": Tanh()}),
        edits.set_layers(network, {"b2.relu1": BatchNorm2d()}),
        edits.connect(network, "b2.bn1", "b2.add"),
        edits.connect(network, "b1.relu2", "b2.bn1"),
        edits.disconnect(network, [wire]),
        groups.group(network, {"b2.conv1", "b2.bn1"}, "unit"),
    ):
        later = settled(edited, CLASS_COUNT)
        assert later.by_fold["b2"] == Fold("b2")
        assert later.by_fold["b1"].block == Residual(4)
        assert later.nodes == edited.nodes
    # a wire out of the middle of a block is more than the block
    tapped, name = edits.place(network, Concat())
    tapped = edits.connect(tapped, "b2.relu1", name)
    assert settled(tapped, CLASS_COUNT).by_fold["b2"] == Fold("b2")
    # names and frozen marks are not edits of the inside
    for same in (
        edits.rename(network, "b2.conv1", "b2.first"),
        edits.freeze(network, inside),
        edits.freeze(network, inside[:2]),
        groups.rename_fold(network, "b2", "second"),
        groups.group(network, inside, "stage"),
    ):
        later = settled(same, CLASS_COUNT)
        assert later == same
        assert [fold.block for fold in later.folds if fold.block is not None] == [Residual(4), Residual(8, 2)]


def test_a_misfit_in_front_leaves_every_block_as_it_is():
    network = stack(Residual(4), Residual(8, 2), Residual(16))
    broken, _ = edits.insert(network, MaxPool2d((64, 64)), *network.consumers["input"])
    assert check(broken, CLASS_COUNT).nodes["b3.add"].output is None
    assert settled(broken, CLASS_COUNT) == broken


def test_blocks_settle_from_the_input_on_whatever_their_order():
    network = stack(Residual(4), Residual(4), Residual(4))
    network = Network(network.nodes, network.folds[::-1])
    later = settled(set_block(network, "b1", Residual(8), CLASS_COUNT), CLASS_COUNT)
    assert not check(later, CLASS_COUNT).findings
    assert settled(later, CLASS_COUNT) == later


def test_a_padded_shortcut_follows_the_channels_in_front_of_it():
    network = stack(Residual(8), Residual(16, 2, True, "padding"))
    assert network["b2.pad"].layer == PadChannels(8)
    wider = settled(set_block(network, "b1", Residual(12), CLASS_COUNT), CLASS_COUNT)
    assert wider["b2.pad"].layer == PadChannels(4)
    assert wider.by_fold["b2"].block == Residual(16, 2, True, "padding")
    assert not check(wider, CLASS_COUNT).findings


@pytest.mark.parametrize("between", [False, True])
def test_projections_come_into_a_long_row_of_blocks_in_one_go(between, monkeypatch):
    """None of them fits before the one in front of it does; repairing one at a time would take minutes."""
    blocks = [Residual(4 + number % 2) for number in range(300)]
    nodes, source = [Node("input", Input(3))], "input"
    for number, block in enumerate(blocks):
        nodes += folds.nodes_of(block, None, f"b{number}", source)
        if between:
            nodes.append(Node(f"relu{number}", ReLU(), (nodes[-1].name,)))
        source = nodes[-1].name
    network = Network(tuple(nodes), tuple(Fold(f"b{n}", block) for n, block in enumerate(blocks)))
    assert sum(told.output is not None for told in check(network, CLASS_COUNT).nodes.values()) == 6
    rounds = []
    once = folds._unsettled
    monkeypatch.setattr(
        folds, "_unsettled", lambda network, classes: (rounds.append(1), once(network, classes))[1]
    )
    later = settled(network, CLASS_COUNT)
    assert all(f"b{number}.downsample.0" in later for number in range(300))
    assert not any(told.problem for told in check(later, CLASS_COUNT).nodes.values())
    assert [fold.block for fold in later.folds] == blocks
    assert len(rounds) == 2


# -- other parameters


@settings(max_examples=80)
@given(st.data())
def test_set_block_gives_what_would_have_been_built_with_these_parameters(data):
    blocks = data.draw(st.lists(any_block(), min_size=1, max_size=3))
    number = data.draw(st.integers(0, len(blocks) - 1))
    other = data.draw(blocks_of(type(blocks[number])))
    later = settled(set_block(stack(*blocks), f"b{number + 1}", other, CLASS_COUNT), CLASS_COUNT)
    wanted = stack(*blocks[:number], other, *blocks[number + 1 :])
    known = all(
        check(net, CLASS_COUNT).nodes[groups.sources_of(net, net.folded[fold.name])[0]].output is not None
        for net in (stack(*blocks), wanted)
        for fold in net.folds
    )
    if known:
        assert {node.name: node for node in later.nodes} == {node.name: node for node in wanted.nodes}
        assert later.folds == wanted.folds
        # registered in the same order, so that the `state_dict` keys have the same order
        assert [n.name for n in later.nodes if n.fold] == [n.name for n in wanted.nodes if n.fold]
    back = settled(set_block(later, f"b{number + 1}", blocks[number], CLASS_COUNT), CLASS_COUNT)
    if known:
        assert back == stack(*blocks)


def test_names_frozen_marks_and_activation_are_kept():
    network = stack(Residual(4), VGGStage(4, 2))
    network = edits.rename(network, "b1.conv1", "b1.first")
    network = edits.rename(network, "b2.conv2", "b2.second")
    network = edits.freeze(network, ["b1.first", "b1.bn1"])
    network = edits.set_layers(
        network, {node.name: Tanh() for node in network.nodes if isinstance(node.layer, ReLU)}
    )
    assert settled(network, CLASS_COUNT) == network
    later = set_block(network, "b1", Residual(8, 2), CLASS_COUNT)
    later = settled(set_block(later, "b2", VGGStage(4, 3, True), CLASS_COUNT), CLASS_COUNT)
    assert [node.name for node in later.nodes if node.frozen] == ["b1.first", "b1.bn1"]
    assert later["b1.first"].layer.filters == 8
    assert later["b2.second"].inputs == (later["b2.bn1"].name.replace("bn1", "relu1"),)
    assert {type(node.layer) for node in later.nodes if is_choice(node.layer)} == {Tanh}
    assert later.by_fold["b1"].block == Residual(8, 2)
    assert later.by_fold["b2"].block == VGGStage(4, 3, True)
    back = set_block(set_block(later, "b1", Residual(4), CLASS_COUNT), "b2", VGGStage(4, 2), CLASS_COUNT)
    assert settled(back, CLASS_COUNT) == network


def test_layers_named_in_series_keep_their_names():
    """As in a VGG, where all stages lie in `features`."""
    network = next(preset for preset in PRESETS if preset.name == "VGG-11").network()
    fold = next(fold for fold in network.folds if isinstance(fold.block, VGGStage))
    block = fold.block
    wider = set_block(network, fold.name, replace(block, filters=block.filters + 1), 1000)
    assert [node.name for node in wider.nodes] == [node.name for node in network.nodes]
    longer = set_block(network, fold.name, replace(block, convolutions=3), 1000)
    assert set(network.by_name) < set(longer.by_name)
    assert settled(longer, 1000) == longer
    assert set_block(longer, fold.name, block, 1000) == network


def test_a_frozen_block_stays_frozen_with_all_that_comes_to_it():
    network = stack(Residual(4), Residual(4))
    network = edits.freeze(network, network.folded["b2"])
    later = settled(set_block(network, "b1", Residual(8), CLASS_COUNT), CLASS_COUNT)
    assert "b2.downsample.0" in later
    assert all(later[name].frozen for name in later.folded["b2"])


def test_switching_the_activation_of_the_whole_network_leaves_blocks_blocks():
    network = stack(Bottleneck(8, 4), Inception(2, 2, 2, 2, 2, 2), ConvBNReLU(4), AuxiliaryClassifier(2, 2))
    choices = [node.name for node in network.nodes if is_choice(node.layer)]
    tanh = settled(edits.set_layers(network, {name: Tanh() for name in choices}), CLASS_COUNT)
    assert tanh.folds == network.folds
    later = settled(
        set_block(tanh, "b2", Inception(2, 2, 2, 2, 2, 2, normalize=False), CLASS_COUNT), CLASS_COUNT
    )
    assert {type(node.layer) for node in later.nodes if is_choice(node.layer)} == {Tanh}
    assert later.by_fold["b2"].block == Inception(2, 2, 2, 2, 2, 2, normalize=False)
    relu = settled(edits.set_layers(tanh, {name: ReLU() for name in choices}), CLASS_COUNT)
    assert relu == network


# -- repeats


@settings(max_examples=40)
@given(st.sampled_from([Residual, Bottleneck, ConvBNReLU, VGGStage, Inception]), st.data())
def test_a_row_made_longer_is_what_would_have_been_built_and_shorter_again_what_it_was(kind, data):
    block = data.draw(blocks_of(kind))
    first, times = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4))
    network = stack(*[block] * first)
    longer = settled(
        repeat(network, [f"b{number + 1}" for number in range(first)], times, CLASS_COUNT), CLASS_COUNT
    )
    # b3 follows b2, as torchvision counts
    assert [fold.name for fold in longer.folds] == [f"b{number + 1}" for number in range(times)]
    assert longer == stack(*[block] * times)
    names = [fold.name for fold in longer.folds]
    assert settled(repeat(longer, names, first, CLASS_COUNT), CLASS_COUNT) == network


def test_only_the_first_of_a_row_has_a_projection_where_the_stride_is_one():
    network = settled(repeat(stack(Residual(8)), ["b1"], 3, CLASS_COUNT), CLASS_COUNT)
    assert [f"b{n}.downsample.0" in network for n in (1, 2, 3)] == [True, False, False]
    strided = settled(repeat(stack(Residual(8, 2)), ["b1"], 3, CLASS_COUNT), CLASS_COUNT)
    assert [f"b{n}.downsample.0" in strided for n in (1, 2, 3)] == [True, True, True]
    assert check(strided, CLASS_COUNT).nodes["b3.relu2"].output == (8, 1, 1)


def test_a_resnet_18_with_longer_rows_has_the_keys_of_a_resnet_34():
    presets = {preset.name: preset.network() for preset in PRESETS}
    network = presets["ResNet-18"]
    for stage, count in enumerate((3, 4, 6, 3), 1):
        # the first block of a stage halves the image, so the row begins with the second
        row = [f"layer{stage}.0", f"layer{stage}.1"][1 if stage > 1 else 0 :]
        network = settled(repeat(network, row, count - (stage > 1), 1000), 1000)
    assert network == Network(presets["ResNet-34"].nodes, network.folds)
    assert set(network.folds) == set(presets["ResNet-34"].folds)


def test_what_is_repeated_takes_activation_and_frozen_marks_along():
    network = stack(Residual(4), Residual(4))
    network = edits.set_layers(network, {n.name: Tanh() for n in network.nodes if isinstance(n.layer, ReLU)})
    network = edits.freeze(network, network.folded["b2"])
    longer = settled(repeat(network, ["b2"], 3, CLASS_COUNT), CLASS_COUNT)
    assert {type(node.layer) for node in longer.nodes if is_choice(node.layer)} == {Tanh}
    for name in ("b2", "b3", "b4"):
        assert all(longer[each].frozen for each in longer.folded[name])
        assert layers_in(longer, name) == layers_in(longer, "b2")
    named = groups.rename_fold(network, "b2", "My block 2")
    longer = repeat(named, ["My block 2"], 2, CLASS_COUNT)
    assert [fold.name for fold in longer.folds] == ["b1", "My block 2", "residual1"]


# -- shortcuts


@settings(max_examples=40)
@given(st.data())
def test_shortcuts_taken_and_given_back_leave_the_very_network(data):
    blocks = data.draw(
        st.lists(st.sampled_from([Residual, Bottleneck]).flatmap(blocks_of), min_size=1, max_size=4)
    )
    network = stack(
        *(replace(block, shortcut=True, stride=min(block.stride, 2)) for block in blocks), x=(3, 32, 32)
    )
    plain = set_shortcuts(network, False, CLASS_COUNT)
    assert not plain.of_type(Add)
    assert not [name for name in plain.by_name if "downsample" in name or "pad" in name]
    assert settled(plain, CLASS_COUNT) == plain
    assert set_shortcuts(plain, False, CLASS_COUNT) == plain
    if not check(network, CLASS_COUNT).findings:
        assert not check(plain, CLASS_COUNT).findings
        assert set_shortcuts(plain, True, CLASS_COUNT) == network


# -- copies


@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("filters", [3, 4])
def test_a_copied_block_is_a_block_again(kind, filters):
    network = stack(ConvBNReLU(filters))
    network, name = insert_block(network, kind(), network.consumers["b1.relu"], (filters, 8, 8))
    block = network.by_fold[name].block
    later, new = fragments.duplicate(network, network.folded[name])
    later = settled(later, CLASS_COUNT)
    copy = f"{kind.stem}2"
    assert later.by_fold[copy].block == block
    assert set(later.folded[copy]) == set(new)
    part = fragments.fragment(network, network.folded[name])
    loose = settled(fragments.paste(network, part)[0], CLASS_COUNT)
    assert loose.by_fold[copy].block == block
    fed = settled(groups.connect_fold(loose, "input", loose.folded[copy], None), CLASS_COUNT)
    assert layers_in(fed, copy) == what_nodes_say(block, (3, 8, 8))
    if not kind.ends:
        x = check(later, CLASS_COUNT).nodes[network.folded[name][-1]].output
        assert layers_in(later, copy) == what_nodes_say(block, x)
        assert settled(edits.remove(later, new), CLASS_COUNT) == network


def test_a_row_of_blocks_is_copied_as_a_row():
    network = stack(Residual(4), Residual(4))
    chosen = [name for name in network.by_name if network[name].fold]
    later, _ = fragments.duplicate(network, chosen)
    later = settled(later, CLASS_COUNT)
    assert [fold.block for fold in later.folds] == [Residual(4)] * 4
    assert not check(later, CLASS_COUNT).findings
    module = build(later, CLASS_COUNT).eval()
    assert module(torch.zeros(1, 3, 8, 8)).shape == (1, CLASS_COUNT)


def test_a_layer_and_a_block_of_one_stem_are_copied_together():
    network, _ = place_block(stack(), AuxiliaryClassifier(2, 4))
    network, loose = edits.place(network, AuxiliaryOutput())
    assert loose == "aux2"
    block = network.folds[0].name
    assert block == "aux1"
    later, new = fragments.paste(stack(), fragments.fragment(network, [*network.folded[block], loose]))
    assert_promises(later)
    assert later.by_fold["aux1"].block == network.by_fold[block].block
    assert later[new[-1]].layer == AuxiliaryOutput()


@given(folded_networks(), folded_networks())
def test_a_copy_in_any_other_network_is_the_same_under_names_that_are_free(part, network):
    later, new = fragments.paste(network, part)
    assert_promises(later)
    assert [later[name].layer for name in new] == [node.layer for node in part.nodes]
    old = [fold.name for fold in part.folds]
    copied = dict(zip(old, [fold.name for fold in later.folds[len(network.folds) :]], strict=True))
    assert [later[name].fold for name in new] == [copied.get(node.fold, "") for node in part.nodes]


def test_a_thousand_blocks_are_copied_with_one_look_at_each_name(monkeypatch):
    """Counting up every name from 1 took a minute."""
    folds_ = tuple(Fold(f"b{number}") for number in range(1000))
    network = Network(tuple(Node(f"n{n}", ReLU(), (), f"b{n}") for n in range(1000)), folds_)
    looks = []
    is_free = free_names.is_free
    monkeypatch.setattr(free_names, "is_free", lambda *given: (looks.append(1), is_free(*given))[1])
    later, _ = fragments.paste(stack(), network)
    assert [fold.name for fold in later.folds] == [f"b{number}" for number in range(1, 1001)]
    assert len(looks) == 2000


def test_a_name_as_long_as_names_may_be_leaves_room_for_its_copies():
    network = groups.rename_fold(stack(Residual(4)), "b1", "x" * 63 + "9")
    for _ in range(3):
        network, _ = fragments.duplicate(network, network.folded[network.folds[0].name])
        assert_promises(network)
    grouped = groups.group(stack(), {"fc"}, "Ω" * 64)
    assert_promises(fragments.duplicate(grouped, ["fc"])[0])


def test_no_layer_gets_the_name_of_a_fold():
    network = groups.group(stack(), {"fc"}, "relu1")
    _, name = edits.append(network, ReLU())
    assert name == "relu2"
    with pytest.raises(UserError, match="already"):
        edits.rename(network, "fc", "relu1")


def test_names_that_no_fold_may_have_are_refused_by_a_network_too():
    for name in ("", " ", "x" * 65, "a\n", "\u202eb", "a\u200b"):
        with pytest.raises(UserError, match="printable"):
            Network((Node("a", Input()),), (Fold(name),))
        with pytest.raises(UserError, match="printable"):
            groups.group(stack(), {"fc"}, name)
        with pytest.raises(UserError, match="printable"):
            groups.rename_fold(stack(Residual(4)), "b1", name)


def test_outputs_and_flattens_are_no_part_of_blocks():
    network = stack(Residual(4))
    assert edits.common_fold(network, ["b1.conv1", "b1.add"]) == "b1"
    assert edits.common_fold(network, ["b1.conv1", "flatten"]) == ""
    assert isinstance(network["flatten"].layer, Flatten)
    assert isinstance(network["output"].layer, Output)
