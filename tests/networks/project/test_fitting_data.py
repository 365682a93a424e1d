"""A network is fitted to another data set as far as its layers can take the images."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.graph.check import check
from networks.graph.edits import set_layers
from networks.layers.ends import Input
from networks.layers.linear import CLASSES, Linear
from networks.presets.catalog import PRESETS
from networks.project.fitting_data import fits, fitted
from networks.project.project import Project, first_project
from networks.recipes.datasets import DATASETS
from networks.recipes.recipe import Recipe, with_settings

SMALL = [preset for preset in PRESETS if preset.kind == "small"]


@pytest.mark.parametrize("kind", DATASETS)
@pytest.mark.parametrize("preset", SMALL, ids=lambda preset: preset.name)
def test_every_small_preset_can_be_trained_on_every_set_afterwards(preset, kind):
    project = Project(preset.network(), with_settings(Recipe(), dataset=kind()))
    found = fitted(project)
    assert check(found.network, found.classes).trainable
    assert fits(found)
    (node,) = found.network.of_type(Input)
    assert node.layer.channels == kind().channels
    assert node.layer.size in (kind().size, project.network["input"].layer.size)


def test_a_number_of_features_becomes_one_for_each_class():
    start = first_project()
    fixed = replace(start, network=set_layers(start.network, {"fc3": Linear(10)}))
    cifar = next(kind for kind in DATASETS if kind.__name__ == "CIFAR100")()
    found = fitted(replace(fixed, recipe=with_settings(fixed.recipe, dataset=cifar, judged_by="test")))
    assert found.network["fc3"].layer == Linear(CLASSES)
    assert found.network["input"].layer == Input(3, (32, 32))
    assert found.recipe.data.judged_by == "test"
    back = fitted(replace(found, recipe=with_settings(found.recipe, dataset=start.recipe.data.dataset)))
    assert back.recipe.data.judged_by == "share"
    # LeNet-5 cannot take images of 8×8
    assert back.network["input"].layer == Input(1, (32, 32))


def test_a_network_that_fits_stays_the_very_same():
    project = first_project()
    assert fitted(project).network is project.network
