"""A sweep's settings are addressed by words that a user can find, and checked before anything is trained."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.core.message import UserError
from networks.graph.edits import remove
from networks.project.project import first_project
from networks.project.sweeping import path_of, planned_sweep, with_values
from networks.recipes.recipe import with_settings
from networks.runs.measures import VALIDATION_ACCURACY

PROJECT = first_project()
CONV = next(node.name for node in PROJECT.network.nodes if type(node.layer).__name__ == "Conv2d")


def planned(*swept, seeds=1):
    return planned_sweep(PROJECT, swept, seeds, VALIDATION_ACCURACY)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("learning.optimizer.lr", "learning.optimizer.lr"),
        ("learning.rate", "learning.optimizer.lr"),
        ("Learning rate", "learning.optimizer.lr"),
        ("lr", "learning.optimizer.lr"),
        ("batch_size", "learning.batch_size"),
        ("Batch size", "learning.batch_size"),
        (f"{CONV}.filters", f"network.{CONV}.filters"),
        (f"network.{CONV}.kernel", f"network.{CONV}.kernel"),
    ],
)
def test_a_setting_has_several_names(words, path):
    assert path_of(PROJECT, words) == path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("speed", "Expected a setting, got “speed”"),
        (f"{CONV}.channels", f"“{CONV}” has no setting “channels”: choose one of {CONV}.filters"),
        ("learning.seed", "Expected a setting"),
    ],
)
def test_what_is_no_setting_is_told(words, told):
    with pytest.raises(UserError, match=told):
        path_of(PROJECT, words)


def test_each_combination_is_a_project_with_each_seed():
    plan, words, cells = planned(("lr", ["0.1", "0.01"]), (f"{CONV}.filters", ["4", "8", "4"]), seeds=2)
    assert words == f"Learning rate × {CONV} filters"
    assert [axis.values for axis in plan.axes] == [("0.1", "0.01"), ("4", "8")]
    assert len(cells) == 8
    assert len({cell.short for cell, _ in cells}) == 8
    for cell, project in cells:
        assert project.recipe.learning.optimizer.lr == (0.1, 0.01)[cell.at[0]]
        assert project.network[CONV].layer.filters == (4, 8)[cell.at[1]]
        assert project.recipe.learning.seed == cell.seed


@pytest.mark.parametrize(
    ("swept", "told"),
    [
        ([], "one or two settings"),
        ([("lr", ["1"]), ("batch_size", ["1"]), ("epochs", ["1"])], "one or two settings"),
        ([("lr", ["1"]), ("Learning rate", ["2"])], "twice"),
        ([("lr", [""])], "lr"),
        ([("lr", ["fast"])], "fast"),
        ([("batch_size", ["0"])], "batch_size=0"),
        (
            [
                ("epochs", [str(number) for number in range(1, 101)]),
                ("batch_size", [str(n) for n in range(1, 102)]),
            ],
            "10000",
        ),
    ],
)
def test_what_cannot_be_swept_is_told(swept, told):
    with pytest.raises(UserError, match=told):
        planned(*swept)


def test_a_type_can_be_swept_and_comes_before_its_own_parameters():
    _, words, cells = planned(("lr", ["0.5"]), ("optimizer", ["SGD", "adam"]))
    assert words == "Learning rate × Optimizer"
    trained = [project.recipe.learning.optimizer for _, project in cells]
    assert [type(each).__name__ for each in trained] == ["SGD", "Adam"]
    assert {each.lr for each in trained} == {0.5}
    (_, project), *_ = planned(("learning.optimizer", ["SGD"]))[2]
    # another optimizer comes with its usual rate, not with that of the one before
    assert project.recipe.learning.optimizer.lr != PROJECT.recipe.learning.optimizer.lr
    with pytest.raises(UserError, match="expected one of"):
        planned(("learning.optimizer", ["Sgdd"]))


def test_values_that_mean_the_same_are_tried_once():
    plan, _, cells = planned(("lr", ["0.1", "0.10", " 1e-1", "0.2"]))
    assert plan.axes[0].values == ("0.1", "0.2")
    assert len(cells) == 2


def test_what_was_best_is_put_into_a_project_that_has_changed_since():
    plan, _, _ = planned(("lr", ["0.1", "0.01"]), (f"{CONV}.filters", ["4", "8"]))
    now = replace(PROJECT, recipe=with_settings(PROJECT.recipe, epochs=3))
    taken = with_values(now, plan, (1, 0))
    assert taken.recipe.learning.optimizer.lr == 0.01
    assert taken.network[CONV].layer.filters == 4
    assert taken.recipe.learning.epochs == 3
    without = replace(now, network=remove(now.network, [CONV]))
    with pytest.raises(UserError, match=f"network.{CONV}.filters"):
        with_values(without, plan, (1, 0))
