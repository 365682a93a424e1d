"""What must hold of the README's Solarize, where its class and its function stand in their files."""

from __future__ import annotations

from pathlib import Path

import torch
from msgspec.structs import replace
from networks.recipes.augmentation.solarize import Solarize

import networks.recipes
from networks.data.augmentation.batch import augment
from networks.data.augmentation.preview import preview
from networks.data.augmentation.steps import steps_of
from networks.data.vision import torchvision
from networks.project.difference import difference
from networks.project.project import first_project, project_from_json, project_to_json
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.recipe import with_settings
from widgets.panels.augmentation_panel import AugmentationPanel

SURE = Solarize(threshold=0.3, probability=1.0)
PROJECT = first_project()
SOLARIZED = replace(PROJECT, recipe=with_settings(PROJECT.recipe, augmentation=(SURE,)))


def test_it_is_the_copy_that_is_tested():
    assert Path(networks.recipes.__file__).is_relative_to(Path.cwd())
    assert Solarize in AUGMENTATIONS


def test_it_is_torchvisions():
    assert torchvision
    from torchvision.transforms.v2.functional import solarize

    images, labels = torch.rand(5, 3, 6, 7), torch.zeros(5, dtype=torch.long)
    found, targets = augment(images, labels, torch.arange(5), steps_of((SURE,)), 10, 0, 1)
    assert torch.equal(found, solarize(images, 0.3))
    assert torch.equal(targets, labels)


def test_it_comes_back_from_a_project_file_and_is_told_as_a_change():
    assert project_from_json(project_to_json(SOLARIZED)) == SOLARIZED
    assert [str(change) for change in difference(PROJECT, SOLARIZED)] == ["Augmentation none → Solarize"]


def test_the_panel_offers_and_shows_it(qtbot):
    panel = AugmentationPanel()
    qtbot.addWidget(panel)
    assert "Solarize" in [action.text() for action in panel.add_button.menu().actions()]
    panel.show_recipe(SOLARIZED.recipe, 1)
    assert panel.list.rows[0]._amount.text() == "from 0.3 on"


def test_it_is_seen_beforehand():
    shown = preview(SOLARIZED.recipe.data, PROJECT.network["input"].layer, 0, 0)
    bright = shown.before > 80
    assert (shown.after[0][bright] == 255 - shown.before[bright]).mean() > 0.99
