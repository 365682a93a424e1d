"""A sweep's settings are addressed by words that a user can find, and checked before anything is trained."""

from __future__ import annotations

import pytest

from networks.core.message import UserError
from networks.project.project import first_project
from networks.project.sweeping import path_of, planned_sweep
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
