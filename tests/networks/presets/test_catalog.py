"""Every preset fits, folds, is settled, and has the weights and depth that the literature gives."""

from __future__ import annotations

import re

import pytest

from networks.blocks.inception import AuxiliaryClassifier, Inception
from networks.blocks.residual import Bottleneck, Residual
from networks.graph.check import check
from networks.graph.depth import depth
from networks.graph.folds import set_shortcuts, settled
from networks.graph.presentation import Folding
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Linear
from networks.layers.normalization import LocalResponseNorm
from networks.layers.pooling import MaxPool2d
from networks.presets.base import Preset
from networks.presets.catalog import PRESETS, families
from networks.presets.lenet import lenet5
from networks.presets.resnet import cifar_resnet
from networks.project.project import Project, project_from_json, project_to_json

BY_NAME = {preset.name: preset for preset in PRESETS}

WEIGHTS = {
    # issue; else the literature that is named
    "LeNet-5": (10, 61_706),
    "LeNet-5 (1998)": (10, 61_706),
    "AlexNet": (1000, 61_100_840),
    "AlexNet (2012)": (1000, 60_965_224),
    "VGG-16": (1000, 138_357_544),
    "GoogLeNet": (1000, 13_004_888),
    # the model that was published for Caffe, bvlc_googlenet: 6,998,552 without auxiliary classifiers
    "GoogLeNet (2014)": (1000, 13_378_280),
    "ResNet-18": (1000, 11_689_512),
    "ResNet-50": (1000, 25_557_032),
    "ResNet-152": (1000, 60_192_808),
}
TABLE_6 = {20: 0.27, 32: 0.46, 44: 0.66, 56: 0.85, 110: 1.7}
"""He et al. 2015: millions of weights of the networks for CIFAR-10."""


@pytest.fixture(params=PRESETS, ids=lambda preset: preset.name)
def preset(request: pytest.FixtureRequest) -> Preset:
    return request.param


def test_fits(preset: Preset):
    network = preset.network()
    for classes in (10, 1000):
        report = check(network, classes)
        assert report.findings == ()
        assert all(node.contributing for node in report.nodes.values())


def test_ends_in_as_many_scores_as_the_data_has_classes(preset: Preset):
    network = preset.network()
    (output,) = network.of_type(Output)
    for end in (output, *network.of_type(AuxiliaryOutput)):
        (source,) = end.inputs
        assert network[source].layer == Linear(CLASSES)


def test_blocks_are_what_their_parameters_say(preset: Preset):
    network = preset.network()
    assert settled(network, 1000) == network
    assert settled(network) == network


def test_is_made_anew_equal(preset: Preset):
    assert preset.network() == preset.network()


def test_survives_the_project_file(preset: Preset):
    project = Project(preset.network())
    assert project_from_json(project_to_json(project)) == project


def test_folded_it_is_a_network_that_fits_on_a_page(preset: Preset):
    network = preset.network()
    shown = Folding(network, check(network, 1000)).shown
    assert len(shown.order) == len(shown.nodes) <= 32


def test_layers_of_a_fold_are_named_under_it_or_in_series(preset: Preset):
    network = preset.network()
    for fold in network.folds:
        names = network.folded[fold.name]
        if preset.family == "VGG":
            numbers = [int(name.removeprefix("features.")) for name in names]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        else:
            assert all(name.startswith(fold.name + ".") for name in names)


def test_tells_where_it_is_from_and_why(preset: Preset):
    assert preset.paper.authors
    assert preset.paper.title
    assert preset.paper.place
    assert 1989 <= preset.paper.year <= 2017
    assert 2 <= len(re.findall(r"[.](?: |$)", preset.why)) <= 4
    assert len(preset.why) < 500


def test_small_ones_bring_a_recipe_and_take_small_images(preset: Preset):
    (node,) = preset.network().of_type(Input)
    assert (preset.recipe is not None) == (preset.kind == "small")
    assert (node.layer.size in ((28, 28), (32, 32))) == (preset.kind == "small" or preset.family == "LeNet")


def test_as_torchvision_means_three_channels_of_224(preset: Preset):
    (node,) = preset.network().of_type(Input)
    assert bool(preset.torchvision) == (preset.kind == "standard")
    if preset.torchvision:
        assert node.layer.shape() == (3, 224, 224)


def test_names_are_unique_and_families_hold_all_in_order():
    assert len(BY_NAME) == len(PRESETS)
    assert list(families()) == ["LeNet", "AlexNet", "VGG", "GoogLeNet", "ResNet"]
    assert [preset for presets in families().values() for preset in presets] == list(PRESETS)


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_of_the_literature(name: str):
    classes, weights = WEIGHTS[name]
    assert check(BY_NAME[name].network(), classes).weights == weights


@pytest.mark.parametrize(("name", "main"), [("GoogLeNet", 6_624_904), ("GoogLeNet (2014)", 6_998_552)])
def test_weights_without_the_auxiliary_classifiers(name: str, main: int):
    network = BY_NAME[name].network()
    inner = {inside for fold in ("aux1", "aux2") for inside in network.folded[fold]}
    report = check(network, 1000)
    assert sum(node.weights for name, node in report.nodes.items() if name not in inner) == main


@pytest.mark.parametrize(("layers", "millions"), TABLE_6.items())
def test_weights_of_table_6(layers: int, millions: float):
    residual, plain = cifar_resnet(layers), cifar_resnet(layers, shortcut=False)
    weights = check(residual, 10).weights
    assert abs(weights / 1e6 - millions) < (0.05 if millions > 1 else 0.005)
    assert check(plain, 10).weights == weights


@pytest.mark.parametrize("layers", TABLE_6)
def test_plain_twin_is_the_network_without_its_shortcuts_and_back(layers: int):
    residual, plain = cifar_resnet(layers), cifar_resnet(layers, shortcut=False)
    assert set_shortcuts(residual, False, 10) == plain
    assert set_shortcuts(plain, True, 10) == residual


def test_depth_of_6n_plus_2_only():
    with pytest.raises(ValueError, match="6n"):
        cifar_resnet(21)
    with pytest.raises(ValueError, match="6n"):
        cifar_resnet(2)


# -- depth


DEPTHS = {
    "LeNet-5": (2, 3, 0),
    "LeNet-5 (1998)": (3, 2, 0),
    "AlexNet": (5, 3, 0),
    "AlexNet (2012)": (5, 3, 0),
    "AlexNet small": (5, 3, 0),
    "VGG small": (6, 2, 0),
    "GoogLeNet": (21, 1, 0),
    "GoogLeNet (2014)": (21, 1, 0),
    "GoogLeNet small": (19, 1, 0),
    "ResNet-18": (17, 1, 3),
    "ResNet-34": (33, 1, 3),
    "ResNet-50": (49, 1, 4),
    "ResNeXt-50 32×4d": (49, 1, 4),
    "Wide ResNet-50-2": (49, 1, 4),
    "ResNet-101": (100, 1, 4),
    "ResNet-152": (151, 1, 4),
}


def test_is_as_deep_as_its_name_says(preset: Preset):
    found = depth(preset.network())
    if preset.name in DEPTHS:
        assert (found.convolutions, found.linear, found.projections) == DEPTHS[preset.name]
    numbers = re.match(r"(?:VGG|ResNet|Plain)-(\d+)", preset.name)
    assert numbers or preset.name in DEPTHS
    if numbers:
        assert found.layers == int(numbers[1])
        assert found.linear == (3 if preset.family == "VGG" else 1)


# -- the tables of the papers


def test_googlenet_has_the_nine_blocks_of_table_1():
    blocks = [fold.block for fold in BY_NAME["GoogLeNet (2014)"].network().folds]
    inceptions = [block for block in blocks if isinstance(block, Inception)]
    # the column “output size” of table 1 gives the output channels of each block
    outputs = [block.ones + block.threes + block.fives + block.pool for block in inceptions]
    assert outputs == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert {block.kernel for block in inceptions} == {5}


def test_googlenet_as_published_pools_and_sizes_as_table_1():
    report = check(BY_NAME["GoogLeNet (2014)"].network(), 1000)
    sizes = {
        "conv1.relu": (64, 112, 112),
        "maxpool1": (64, 56, 56),
        "conv3.relu": (192, 56, 56),
        "maxpool2": (192, 28, 28),
        "inception3b.concat": (480, 28, 28),
        "maxpool3": (480, 14, 14),
        "aux1.pool": (512, 4, 4),
        "aux2.pool": (528, 4, 4),
        "maxpool4": (832, 7, 7),
        "inception5b.concat": (1024, 7, 7),
        "avgpool": (1024, 1, 1),
    }
    assert {name: report.nodes[name].output for name in sizes} == sizes


def test_googlenet_as_torchvision_has_auxiliary_blocks_at_weight_03():
    network = BY_NAME["GoogLeNet"].network()
    assert [network.by_fold[name].block for name in ("aux1", "aux2")] == [AuxiliaryClassifier()] * 2
    assert [node.layer for node in network.of_type(AuxiliaryOutput)] == [AuxiliaryOutput(0.3)] * 2


def test_alexnet_of_2012_has_the_sizes_of_figure_2_and_overlapping_pools():
    network = BY_NAME["AlexNet (2012)"].network()
    report = check(network, 1000)
    sizes = {"conv1": (96, 55, 55), "conv2": (256, 27, 27), "conv5": (256, 13, 13), "flatten": (9216,)}
    assert {name: report.nodes[name].output for name in sizes} == sizes
    assert [network[name].layer.groups for name in ("conv1", "conv2", "conv3", "conv4", "conv5")] == [
        1,
        2,
        1,
        2,
        2,
    ]
    assert all(node.layer == MaxPool2d((3, 3), (2, 2)) for node in network.of_type(MaxPool2d))
    assert len(network.of_type(LocalResponseNorm)) == 2


def test_lenet_of_1998_has_the_sizes_and_weights_of_figure_2():
    report = check(BY_NAME["LeNet-5 (1998)"].network(), 10)
    sizes = {"c1": (6, 28, 28), "s2": (6, 14, 14), "c3": (16, 10, 10), "s4": (16, 5, 5), "c5": (120, 1, 1)}
    assert {name: report.nodes[name].output for name in sizes} == sizes
    # section II.B: C1 has 156 trainable parameters, C5 48,120, F6 10,164
    weights = {"c1": 156, "c5": 48_120, "f6": 10_164}
    assert {name: report.nodes[name].weights for name in weights} == weights
    assert lenet5().of_type(Input)[0].layer.size == (28, 28)


@pytest.mark.parametrize(
    ("name", "kind", "counts"),
    [
        ("ResNet-18", Residual, (2, 2, 2, 2)),
        ("ResNet-34", Residual, (3, 4, 6, 3)),
        ("ResNet-50", Bottleneck, (3, 4, 6, 3)),
        ("ResNet-101", Bottleneck, (3, 4, 23, 3)),
        ("ResNet-152", Bottleneck, (3, 8, 36, 3)),
    ],
)
def test_residual_networks_are_one_fold_per_block_of_table_1(name: str, kind: type, counts: tuple[int, ...]):
    network = BY_NAME[name].network()
    expected = [f"layer{stage}.{at}" for stage, count in enumerate(counts, 1) for at in range(count)]
    assert [fold.name for fold in network.folds] == expected
    assert all(isinstance(fold.block, kind) for fold in network.folds)
