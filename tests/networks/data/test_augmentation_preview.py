"""What is shown of the augmentation is what a run trains on."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from networks.data import augmented
from networks.data.augmentation.preview import preview
from networks.layers.ends import Input
from networks.project.project import first_project
from networks.recipes.augmentation.cutmix import CutMix
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.recipe import with_settings
from networks.training.engine.run import Run

LIGHT = next(preset.steps for preset in AUGMENTATION_PRESETS if preset.name == "light")


@pytest.mark.parametrize("steps", [LIGHT, (Mixup(alpha=1.0), *LIGHT, CutMix())], ids=["light", "mixing"])
def test_it_is_what_a_run_trains_on(monkeypatch, steps):
    project = first_project()
    recipe = with_settings(project.recipe, augmentation=steps, epochs=2, batch_size=200, seed=5)
    trained = []

    def kept(images, labels, chosen, *rest):
        found = as_trained(images, labels, chosen, *rest)
        trained.extend(zip(chosen[-len(found[0]) :].tolist(), found[0], strict=True))
        return found

    as_trained = augmented.augment
    monkeypatch.setattr(augmented, "augment", kept)
    list(Run(replace(project, recipe=recipe)).train())
    entry = project.network["input"].layer
    shown = preview(recipe.data, entry, 5, 77, epochs=2)
    of_77 = [image for index, image in trained if index == 77]
    assert len(of_77) == 2
    for found, image in zip(shown.after, of_77, strict=True):
        expected = (image * 255).round().permute(1, 2, 0).numpy()
        assert np.abs(found.astype(float) - expected).max() <= 1
    assert not np.array_equal(*shown.after)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_it_can_be_drawn_whatever_the_channels(channels):
    data = with_settings(first_project().recipe, augmentation=LIGHT).data
    shown = preview(data, Input(channels, (20, 30)), 0, 10_000)
    assert len(shown.after) == 8
    assert {image.shape for image in (shown.before, *shown.after)} == {
        (20, 30, channels if channels == 3 else 1)
    }
    assert shown.before.dtype == np.uint8


def test_without_steps_nothing_changes_and_no_random_numbers_are_drawn():
    data = first_project().recipe.data
    before = torch.get_rng_state()
    shown = preview(data, Input(1, (8, 8)), 0, 3)
    assert all(np.array_equal(image, shown.before) for image in shown.after)
    assert torch.equal(torch.get_rng_state(), before)
