"""Settings are chosen from lists or by their titles, with values that suggest themselves."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from widgets.runs.sweeps.setup import LEARNING_RATE, SweepSetup

PROJECT = first_project()
CONV = PROJECT.network.nodes[1].name


@pytest.fixture
def setup(qtbot):
    setup = SweepSetup()
    qtbot.addWidget(setup)
    setup.show_project(PROJECT, ())
    return setup


def swept(setup):
    return [(path, [value.strip() for value in values]) for path, values in setup.wish().swept]


def test_it_begins_with_the_learning_rate_alone(setup):
    assert swept(setup) == [(LEARNING_RATE, ["0.0001", "0.0003", "0.001", "0.003", "0.01"])]
    assert setup.values[1].isHidden()


def test_all_values_are_seen_in_the_smallest_window(setup, qtbot):
    setup.resize(460, 300)
    setup.show()
    qtbot.waitExposed(setup)
    field = setup.values[0]
    assert field.fontMetrics().horizontalAdvance(field.text()) < field.width() - 12


def test_a_setting_is_chosen_alone_or_beside_the_first(setup):
    setup.choose("learning.batch_size", beside=True)
    assert [path for path, _ in swept(setup)] == [LEARNING_RATE, "learning.batch_size"]
    setup.choose(f"network.{CONV}.filters")
    assert swept(setup) == [(f"network.{CONV}.filters", ["3", "6", "12"])]
    assert setup.settings[0].currentText() == f"{CONV}: Filters"


def test_what_is_typed_stays_while_the_project_changes(setup):
    setup.choose(f"network.{CONV}.filters", beside=True)
    setup.values[0].setText("0.5, 0.25")
    changed = replace(PROJECT, recipe=with_settings(PROJECT.recipe, epochs=3))
    setup.show_project(changed, ())
    assert swept(setup)[0] == (LEARNING_RATE, ["0.5", "0.25"])
    # also that of a layer which is no longer selected
    assert swept(setup)[1][0] == f"network.{CONV}.filters"


def test_a_setting_that_is_gone_is_replaced(setup):
    setup.choose("learning.optimizer.amsgrad")
    chosen = setup.chosen()
    sgd = next(kind for kind in type_choices() if kind.__name__ == "SGD")
    setup.show_project(replace(PROJECT, recipe=with_settings(PROJECT.recipe, optimizer=sgd())), ())
    if chosen == "learning.optimizer.amsgrad":
        assert setup.chosen() != chosen
    assert setup.chosen()


def type_choices():
    from networks.recipes.optimizers import OPTIMIZERS

    return OPTIMIZERS


def test_the_same_setting_is_not_tried_twice(setup):
    assert setup.settings[1].findData(LEARNING_RATE) == -1
    assert setup.settings[1].findData("learning.batch_size") >= 0
