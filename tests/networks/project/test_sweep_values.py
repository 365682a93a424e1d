"""The values that suggest themselves for a sweep are allowed, and a form's field is found as a setting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.fields import changed_at
from networks.core.message import UserError
from networks.layers.convolution import Conv2d
from networks.project.project import first_project
from networks.project.settings import settings, value_of, with_setting
from networks.project.sweep_values import setting_of, suggested_values, value_text
from networks.project.sweeping import path_of, planned_sweep
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.shift import Shift
from networks.recipes.optimizers import OPTIMIZERS
from networks.recipes.recipe import with_settings
from networks.recipes.schedules import MultiStep
from networks.runs.measures import VALIDATION_ACCURACY

PROJECT = first_project()
LAYERS = tuple(node.name for node in PROJECT.network.nodes)
ALL = settings(PROJECT, LAYERS, types=True)


def with_optimizer(kind):
    return replace(PROJECT, recipe=with_settings(PROJECT.recipe, optimizer=kind()))


def test_each_setting_has_values_among_which_is_its_present_one():
    several = 0
    for setting in ALL:
        values = suggested_values(PROJECT, setting)
        now = value_of(PROJECT, setting.path)
        assert value_text(setting.field, now) in values, setting.path
        several += len(values) > 1
        for value in values:
            with_setting(PROJECT, setting.path, value)
        # as they stand they make a sweep
        plan, _, cells = planned_sweep(PROJECT, [(setting.path, values)], 1, VALIDATION_ACCURACY)
        assert len(cells) == len(plan.axes[0].values) >= 1
    assert several > 0.8 * len(ALL)


@given(st.floats(1e-6, 100, allow_subnormal=False))
def test_rates_are_tried_on_both_sides_of_the_present_one(rate):
    path = "learning.optimizer.lr"
    rate = float(f"{rate:.3g}")
    project = with_setting(PROJECT, path, str(rate))[1]
    setting = next(each for each in ALL if each.path == path)
    values = [float(value) for value in suggested_values(project, setting)]
    assert values == sorted(values)
    assert min(values) < rate < max(values)


def test_a_field_of_a_form_is_found_by_what_the_form_shows():
    recipe = PROJECT.recipe
    found = setting_of(PROJECT, (recipe.learning,), "batch_size")
    assert found is not None
    assert found.path == "learning.batch_size"
    found = setting_of(PROJECT, (recipe.learning.optimizer,), "lr")
    assert found is not None
    assert found.path == "learning.optimizer.lr"
    found = setting_of(PROJECT, (recipe.learning,), "optimizer")
    assert found is not None
    assert found.path == "learning.optimizer"
    for name in ("dataset", "split_seed"):
        found = setting_of(PROJECT, (recipe.data,), name)
        assert found is not None
        assert found.path == f"data.{name}"
    name = LAYERS[1]
    found = setting_of(PROJECT, (PROJECT.network[name].layer,), "filters", (name,))
    assert found is not None
    assert found.path == f"network.{name}.filters"


def test_what_no_sweep_can_have_is_not_found():
    learning, layer = PROJECT.recipe.learning, PROJECT.network[LAYERS[1]].layer
    assert setting_of(PROJECT, (learning,), "seed") is None
    # of several layers, of one that is not selected, and of a value that is not the project's
    assert setting_of(PROJECT, (layer, layer), "filters", LAYERS[1:3]) is None
    assert setting_of(PROJECT, (layer,), "filters") is None
    assert setting_of(PROJECT, (changed_at(learning, "epochs", 77),), "epochs") is None


def test_layers_of_one_type_are_set_together():
    convs = [node.name for node in PROJECT.network.of_type(Conv2d)][:2]
    filters = f"network.{'+'.join(convs)}.filters"
    field, project = with_setting(PROJECT, filters, "5")
    assert field.name == "filters"
    assert [project.network[name].layer.filters for name in convs] == [5, 5]
    found = setting_of(PROJECT, tuple(PROJECT.network[name].layer for name in convs), "filters", tuple(convs))
    assert found is not None
    assert found.path == filters
    assert path_of(PROJECT, f"{convs[0]}+{convs[1]}.filters") == filters
    _, words, cells = planned_sweep(PROJECT, [(filters, ["4", "8"])], 1, VALIDATION_ACCURACY)
    assert words == f"{convs[0]} + {convs[1]} filters"
    assert [cell.short for cell, _ in cells] == [f"{words} 4", f"{words} 8"]
    for (_, trained), expected in zip(cells, (4, 8), strict=True):
        assert [trained.network[name].layer.filters for name in convs] == [expected] * 2
    with pytest.raises(UserError, match="has no setting"):
        path_of(PROJECT, f"{convs[0]}+{PROJECT.network.nodes[-1].name}.filters")


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("learning.schedule.at", "5 9", (5, 9)),
        ("learning.schedule.at", "none", ()),
        ("data.augmentation", "light", next(e.steps for e in AUGMENTATION_PRESETS if e.name == "light")),
        ("data.augmentation", "Shift+Rotation", (Shift(), Rotation())),
        ("data.augmentation", "none", ()),
    ],
)
def test_lists_are_typed_as_words(path, typed, value):
    project = replace(PROJECT, recipe=with_settings(PROJECT.recipe, schedule=MultiStep()))
    field, changed = with_setting(project, path, typed)
    assert value_of(changed, path) == value
    assert with_setting(project, path, value_text(field, value))[1] == changed
    setting = next(each for each in settings(project, types=True) if each.path == path)
    assert len(suggested_values(changed, setting)) >= 1
    assert value_text(field, value_of(project, path)) in suggested_values(project, setting)
    with pytest.raises(UserError):
        with_setting(project, path, "sideways")


def test_each_optimizer_has_settings_of_its_own():
    for kind in OPTIMIZERS:
        project = with_optimizer(kind)
        for setting in settings(project):
            if setting.path.startswith("learning.optimizer."):
                assert suggested_values(project, setting)
