"""The table of published weights is torchvision’s; a project that starts from some asks for their images."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.data.vision import models
from networks.graph.edits import freeze, rename
from networks.graph.network import Network, Node
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import Flatten, Linear
from networks.layers.normalization import BatchNorm1d
from networks.layers.rectifiers import ReLU
from networks.presets.catalog import PRESETS
from networks.project.fine_tuning import fine_tuning, suggestions, with_published
from networks.project.project import Project, first_project
from networks.recipes.published import BY_NAME, PUBLISHED, cache_folder, published_for
from networks.recipes.recipe import with_settings
from tests.networks.graph.random_edits import small

STANDARD = [preset for preset in PRESETS if preset.torchvision]


def named(name):
    return next(preset for preset in PRESETS if preset.name == name)


@pytest.mark.parametrize("weights", PUBLISHED, ids=lambda weights: weights.name)
def test_a_row_is_what_torchvision_says(weights):
    theirs = models.get_weight(weights.name)
    assert weights.url == theirs.url
    assert weights.mebibytes == theirs.meta["_file_size"]
    assert weights.accuracy == theirs.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    assert len(theirs.meta["categories"]) == 1000
    assert models.get_model_weights(weights.builder) is type(theirs)
    preset = theirs.transforms()
    assert list(weights.size) == preset.crop_size * 2
    assert preset.interpolation.value == "bilinear"
    assert len(weights.sha256) == 8
    assert theirs.url.endswith(f"-{weights.sha256}.pth")


@pytest.mark.parametrize("weights", PUBLISHED, ids=lambda weights: weights.name)
def test_the_scale_is_the_one_that_reaches_torchvisions_first_convolution(weights):
    """Its preprocessing, and then what its module does to images before the first layer."""
    preset = models.get_weight(weights.name).transforms()
    pixels = torch.rand(2, 3, 6, 6, generator=torch.Generator().manual_seed(1))
    theirs = (pixels - torch.tensor(preset.mean).view(3, 1, 1)) / torch.tensor(preset.std).view(3, 1, 1)
    if weights.builder == "googlenet":
        with torch.device("meta"):
            module = models.googlenet(init_weights=False)
        # torchvision sets this where it loads the published weights
        module.transform_input = True
        theirs = module._transform_input(theirs)
    mean, deviation = Input(channels=3, normalize=weights.normalize).mean_and_deviation()
    ours = (pixels - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(deviation).view(3, 1, 1)
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_all_that_classify_are_there_for_each_preset():
    assert {preset.torchvision for preset in STANDARD} == {weights.builder for weights in PUBLISHED}
    for preset in STANDARD:
        theirs = [w for w in models.get_model_weights(preset.torchvision) if w.meta["categories"]]
        assert [str(weights) for weights in theirs] == [w.name for w in published_for(preset.torchvision)]
    assert len(BY_NAME) == len(PUBLISHED) == len({weights.title for weights in PUBLISHED}) == 22


@pytest.mark.parametrize(
    "environment", [{}, {"XDG_CACHE_HOME": "/a/cache"}, {"TORCH_HOME": "/b"}, {"TORCH_HOME": "~/c"}]
)
def test_the_folder_is_torchs(monkeypatch, environment):
    for name in ("XDG_CACHE_HOME", "TORCH_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert str(cache_folder()) == f"{torch.hub.get_dir()}/checkpoints"


def test_a_project_takes_size_scale_and_start_from_the_weights_and_keeps_the_rest():
    project = first_project()
    taken = with_published(project, BY_NAME["GoogLeNet_Weights.IMAGENET1K_V1"])
    assert taken.network["input"].layer == Input(channels=3, size=(224, 224), normalize="centered")
    assert taken.recipe == with_settings(project.recipe, start="GoogLeNet_Weights.IMAGENET1K_V1")
    assert taken.network.nodes[1:] == project.network.nodes[1:]


@pytest.mark.parametrize("preset", STANDARD, ids=lambda preset: preset.name)
def test_a_preset_is_offered_its_own_weights(preset):
    offered = suggestions(Project(preset.network()))
    assert offered == published_for(preset.torchvision)[::-1]
    assert offered[0].accuracy == max(weights.accuracy for weights in offered)


def test_an_edited_network_is_offered_its_own_and_others_none():
    resnet = named("ResNet-18").network()
    edited = rename(resnet, "layer1.0.conv1", "layer1.0.convolution")
    assert [weights.title for weights in suggestions(Project(edited))] == ["ResNet-18"]
    assert suggestions(first_project()) == ()
    assert suggestions(Project()) == ()
    assert suggestions(Project(named("ResNet-20").network())) == ()


LEARNS = {
    "AlexNet": {"classifier.6"},
    "VGG-16 BN": {"classifier.6"},
    "ResNet-50": {"fc"},
    "GoogLeNet": {
        "fc",
        *(f"aux{i}.{part}" for i in (1, 2) for part in ("conv.conv", "conv.bn", "fc1", "fc2")),
    },
}


@pytest.mark.parametrize("name", LEARNS)
def test_all_but_the_last_layer_is_frozen_and_auxiliary_classifiers_learn(name):
    network = fine_tuning(named(name).network())
    weighted = {key.rpartition(".")[0] for key in _built(network)}
    assert {each for each in weighted if not network[each].frozen} == LEARNS[name]
    assert all(node.frozen for node in network.nodes if node.name.startswith("layer4"))


def _built(network):
    from networks.module.build import build

    with torch.device("meta"):
        return build(network, 10).state_dict()


def test_without_a_layer_of_classes_the_last_layers_with_weights_learn():
    nodes = [
        Node("input", Input()),
        Node("conv", Conv2d(), ("input",)),
        Node("flatten", Flatten(), ("conv",)),
        Node("fc", Linear(features=10), ("flatten",)),
        Node("relu", ReLU(), ("fc",)),
        Node("output", Output(), ("relu",)),
    ]
    frozen = fine_tuning(Network(tuple(nodes)))
    assert [node.name for node in frozen.nodes if node.frozen] == ["conv", "flatten"]


def test_what_follows_the_layer_of_classes_learns_with_it():
    network = small()
    nodes = [replace(node, inputs=("bn",)) if node.name == "output" else node for node in network.nodes]
    frozen = fine_tuning(Network((*nodes, Node("bn", BatchNorm1d(), ("fc1",)))))
    assert not frozen["bn"].frozen
    assert not frozen["fc1"].frozen
    assert frozen["conv2"].frozen


@given(st.sets(st.sampled_from([node.name for node in small().nodes])))
def test_it_does_not_matter_what_was_frozen_before(names):
    assert fine_tuning(freeze(small(), names)) == fine_tuning(small())
    assert fine_tuning(fine_tuning(small())) == fine_tuning(small())
