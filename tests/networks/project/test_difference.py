"""The difference of two projects names what was changed, everything of it, and in a reader's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from msgspec.structs import replace

from networks.blocks.residual import Residual
from networks.core.fields import fields_of, value_at
from networks.core.message import message
from networks.graph import edits
from networks.graph.folds import set_block
from networks.graph.groups import group
from networks.graph.network import Network, Node
from networks.graph.shortcuts import with_shortcuts, without_shortcuts
from networks.layers.activation import Sigmoid, Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.normalization import BatchNorm2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.catalog import PRESETS
from networks.presets.lenet import lenet5
from networks.presets.nearest import nearest, network_of
from networks.project.difference import difference, run_name, summary
from networks.project.project import Project
from networks.recipes.optimizers import SGD, Adam
from networks.recipes.recipe import Recipe, with_settings
from tests.networks.project.test_project import RECIPES, projects

LENET = lenet5()
RESNET = next(network_of(preset) for preset in PRESETS if preset.name == "ResNet-20")


def said(old, new):
    return [str(change) for change in difference(old, new)]


def networks(old, new):
    return said(Project(old, Recipe()), Project(new, Recipe()))


def recipes(**settings):
    return said(Project(LENET, Recipe()), Project(LENET, with_settings(Recipe(), **settings)))


def filters(network, name, count):
    return edits.set_layers(network, {name: replace(network.by_name[name].layer, filters=count)})


@given(projects(), projects())
def test_equal_projects_have_no_difference_and_others_have_one(one, other):
    assert difference(one, one) == ()
    assert bool(difference(one, other)) == (one != other)
    for change in difference(one, other):
        assert str(change)


@given(RECIPES, RECIPES)
def test_every_setting_that_differs_is_named_with_both_values(one, other):
    told = said(Project(LENET, one), Project(LENET, other))
    for section in ("data", "learning", "machine"):
        for field in fields_of(type(getattr(one, section))):
            if value_at(one, f"{section}.{field.name}") == value_at(other, f"{section}.{field.name}"):
                continue
            if field.kind != "union":
                assert any(words.startswith(f"{field.title} ") and " → " in words for words in told)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"epochs": 40}, ["Epochs 20 → 40"]),
        ({"optimizer": Adam(lr=5.0)}, ["Learning rate 0.001 → 5"]),
        ({"optimizer": SGD(lr=0.1)}, ["Optimizer Adam → SGD", "Learning rate 0.001 → 0.1"]),
        ({"clip": 1.0, "seed": 3}, ["Gradient clipping off → 1", "Seed 0 → 3"]),
        ({"device": "cuda"}, ["Device CPU → NVIDIA GPU"]),
        ({"threads": 2}, ["Threads all but one → 2"]),
    ],
)
def test_settings_are_told_as_the_forms_show_them(settings, words):
    assert recipes(**settings) == words


RELUS = {node.name: ReLU() for node in LENET.of_type(Tanh)}


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (filters(LENET, "conv1", 12), ["conv1: Filters 6 → 12"]),
        (edits.set_layers(LENET, RELUS), [f"{len(RELUS)} × Tanh → ReLU"]),
        (edits.set_layers(LENET, {"tanh1": ReLU()}), ["Tanh → ReLU"]),
        (edits.add_after(LENET, Dropout(), "tanh1")[0], ["Dropout added after tanh1"]),
        (edits.remove(LENET, ["tanh1"]), ["Tanh removed after conv1"]),
        (edits.remove(LENET, ["tanh1", "tanh2"]), ["2 × Tanh removed"]),
        (edits.freeze(LENET, ["conv1"]), ["conv1 frozen"]),
        (edits.freeze(LENET, ["conv1", "conv2"]), ["2 layers frozen"]),
        (edits.rename(LENET, "conv1", "first"), ["names, order or groups of layers changed"]),
        (group(LENET, ["conv1", "tanh1"], "front"), ["names, order or groups of layers changed"]),
        (RESNET, ["LeNet-5 → ResNet-20"]),
    ],
)
def test_changes_of_the_network(new, words):
    assert networks(LENET, new) == words


def test_a_layer_in_the_place_of_another_replaces_it():
    without, name = edits.add_after(edits.remove(LENET, ["tanh1"]), ReLU(), "conv1")
    assert name != "tanh1"
    assert networks(LENET, without) == ["Tanh → ReLU"]


def test_skips_removed_and_added_again():
    plain = without_shortcuts(RESNET)
    assert networks(RESNET, plain) == ["skips removed"]
    assert networks(plain, with_shortcuts(plain)) == ["skips added"]


def test_one_block_changed_is_told_by_its_name_and_its_layers_are_not():
    fold = next(fold for fold in RESNET.folds if isinstance(fold.block, Residual))
    wider = set_block(RESNET, fold.name, replace(fold.block, projection="convolution"))
    (told,) = networks(RESNET, wider)
    assert told.startswith(f"{fold.name}: Projection ")


def test_a_block_added_or_removed_is_told_as_one():
    inside = RESNET.folded[RESNET.folds[1].name]
    shorter = edits.remove(RESNET, inside)
    assert networks(RESNET, shorter)[0] == "Residual removed"
    assert networks(shorter, RESNET)[0] == "Residual added"
    assert not any("BatchNorm2d" in words or "Conv2d" in words for words in networks(RESNET, shorter))


def test_a_moved_wire_is_told():
    more, name = edits.add_after(LENET, Conv2d(6), "conv1")
    bent = edits.connect(more, "input", name, 0)
    assert networks(more, bent) == [f"{name} takes its input from elsewhere"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_is_called_by_its_own_name_also_with_a_small_change(preset):
    assert nearest(network_of(preset)) == preset
    last = [node.name for node in network_of(preset).of_type(Conv2d)][-1]
    changed, _ = edits.add_after(network_of(preset), BatchNorm2d(), last)
    assert nearest(changed) is not None


def test_a_summary_tells_a_few_and_counts_the_rest():
    changes = [message(word) for word in ("a", "b", "c", "d")]
    assert [str(summary(changes[:count])) for count in range(5)] == [
        "nothing changed",
        "a",
        "a, b",
        "a, b and 1 more",
        "a, b and 2 more",
    ]


def named(*projects):
    told, before, called = [], None, None
    for project in projects:
        called, words = run_name(project, before, called)
        told.append((called, str(words)))
        before = project
    return told


def test_runs_are_called_by_their_network_and_what_was_changed_since_the_last():
    lenet, resnet = Project(LENET, Recipe()), Project(RESNET, Recipe())
    faster = replace(lenet, recipe=with_settings(Recipe(), optimizer=Adam(lr=0.01)))
    plain = Project(without_shortcuts(RESNET), with_settings(Recipe(), epochs=5))
    unknown = Project(Network((Node("a", ReLU()),)), Recipe())
    again = replace(plain, recipe=with_settings(plain.recipe, seed=1))
    assert named(lenet, lenet, faster, resnet, plain, again, unknown, unknown) == [
        ("LeNet-5", "as published"),
        ("LeNet-5", "same again"),
        ("LeNet-5", "Learning rate 0.001 → 0.01"),
        ("ResNet-20", "Learning rate 0.01 → 0.001"),
        ("ResNet-20", "skips removed, Epochs 20 → 5"),
        ("ResNet-20", "Seed 0 → 1"),
        (None, "Epochs 5 → 20, Seed 1 → 0"),
        (None, "same again"),
    ]
    # a network of one's own is the same one still with another activation
    stack, last = [Node("input", Input(channels=1, size=(8, 8)))], "input"
    for number in range(4):
        stack += [
            Node(f"conv{number}", Conv2d(), (last,)),
            Node(f"act{number}", Sigmoid(), (f"conv{number}",)),
        ]
        last = f"act{number}"
    own = Project(Network((*stack, Node("output", Output(), (last,)))), Recipe())
    rectified = (
        replace(node, layer=ReLU()) if node.name.startswith("act") else node for node in own.network.nodes
    )
    assert named(own, replace(own, network=Network(tuple(rectified)))) == [
        (None, "as first built"),
        (None, "4 × Sigmoid → ReLU"),
    ]
    assert named(replace(lenet, network=filters(LENET, "conv1", 12))) == [
        ("LeNet-5", "conv1: Filters 6 → 12")
    ]
