"""Train both: from the tab to the kept runs and the conclusion, and again when the project is opened."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from app.features.runs.twins import Twins
from networks.project.twins import set_twin
from networks.recipes.recipe import with_settings
from networks.runs.kept.files import header_of
from networks.runs.kept.folders import run_folders
from networks.runs.measures import VALIDATION_ACCURACY
from widgets.runs.twins.panel import Wish


@pytest.fixture
def desk(desk_with, collector_at_rest):
    return desk_with(epochs=2, batch_size=300, threads=1)


@pytest.fixture
def make_twins(training, make_in_sight, qtbot):
    def make():
        twins = make_in_sight(Twins)
        qtbot.waitUntil(twins.panel.button.isEnabled)
        return twins

    return make


def wish(desk, seeds):
    return Wish(set_twin(desk.shown.project, "learning.optimizer.lr", 0.01), seeds, VALIDATION_ACCURACY)


def rest(desk, qtbot):
    qtbot.waitUntil(lambda: not desk.trainer.busy, timeout=60_000)


def test_both_are_trained_kept_drawn_and_judged(desk, training, make_twins, qtbot):
    twins = make_twins()
    twins.panel.wished.emit(wish(desk, 2))
    assert "in progress" in twins.panel._about.text()
    rest(desk, qtbot)
    folders = run_folders(desk.files.runs_folder())
    assert [header_of(folder).part.side for folder in folders] == ["A", "B", "A", "B"]
    titles = [record.title for record in training.runs.records]
    assert titles == [header_of(folder).title for folder in folders]
    assert [training.runs.kept.folders[record.run] for record in training.runs.records] == list(folders)
    assert "With 2 seeds" in twins.panel.sentence.text()
    assert twins.panel.button.isEnabled()
    # and again, in a window that has just been opened
    again = make_twins()
    assert again.panel.sentence.text() == twins.panel.sentence.text()
    assert again.panel.kept.currentText() == "Learning rate 0.001 → 0.01, 2 seeds"


def test_while_it_goes_on_nothing_is_concluded_and_the_bar_tells_the_seed(desk, training, make_twins, qtbot):
    desk.edit_recipe(with_settings(desk.shown.recipe, epochs=6), "", "")
    training.show(None, desk.shown)
    twins = make_twins()
    twins.panel.wished.emit(wish(desk, 50))
    done = re.compile(r"[1-9]\d* of 50 seeds done")
    qtbot.waitUntil(lambda: done.match(twins.panel.words.text()) is not None, timeout=60_000)
    assert "Nothing is concluded" in twins.panel.sentence.text()
    assert re.search(r"seed \d+ of 50", training.bar.words())
    assert not training.bar.further_button.isEnabled()
    training.stop()
    rest(desk, qtbot)
    assert "Nothing is concluded" not in twins.panel.sentence.text()


def test_an_edit_meanwhile_steers_neither(desk, training, make_twins, qtbot):
    twins = make_twins()
    twins.panel.wished.emit(wish(desk, 1))
    qtbot.waitUntil(lambda: bool(training.runs.records))
    desk.edit_recipe(
        with_settings(desk.shown.recipe, optimizer=replace(desk.shown.recipe.learning.optimizer, lr=0.5)),
        "",
        "",
    )
    training.show(None, desk.shown)
    assert desk.shown.running is None
    rest(desk, qtbot)
    assert not any(record.changes for record in training.runs.records)


def test_the_menu_and_the_bar_open_the_tab(desk, training, make_twins, qtbot):
    twins = make_twins()
    with qtbot.waitSignal(desk.panel_wished) as wished:
        training.bar.both_button.click()
    assert wished.args == ["twins"]
    (command,) = twins.commands()
    with qtbot.waitSignal(desk.panel_wished) as wished:
        command.do()
    assert wished.args == ["twins"]


def test_the_project_before_the_last_edits_can_be_the_twin(desk, training, make_twins, qtbot):
    before = desk.shown.project
    desk.edit_recipe(with_settings(before.recipe, batch_size=200), "Set batch size to 200", "")
    twins = make_twins()
    (earlier,) = twins._looked.earlier
    assert earlier.project == before
    assert str(earlier.words) == "before “Set batch size to 200”: Batch size 200 → 300"


def test_an_edit_is_followed_before_the_next_twin_can_be_trained(desk, training, make_twins, qtbot):
    twins = make_twins()
    before = desk.shown
    desk.edit_recipe(with_settings(desk.shown.recipe, batch_size=200), "", "")
    twins.show(before, desk.shown)
    assert not twins.panel.button.isEnabled()
    qtbot.waitUntil(twins.panel.button.isEnabled)
    assert twins.panel.choice.twin().project.recipe.learning.batch_size == 200


@pytest.mark.slow
def test_a_comparison_that_was_stopped_goes_on_with_the_seeds_that_are_missing(
    desk, training, make_twins, qtbot
):
    desk.edit_recipe(with_settings(desk.shown.recipe, epochs=5), "", "")
    training.show(None, desk.shown)
    twins = make_twins()
    twins.panel.wished.emit(wish(desk, 3))
    done = re.compile(r"[12] of 3 seeds done")
    qtbot.waitUntil(lambda: done.match(twins.panel.words.text()) is not None, timeout=60_000)
    training.stop()
    rest(desk, qtbot)
    assert not twins.panel.rest.isHidden()
    # in another window, which knows it from the folders alone
    again = make_twins()
    qtbot.waitUntil(lambda: not again.panel.rest.isHidden())
    again.panel.rest.click()
    rest(desk, qtbot)
    assert "With 3 seeds" in again.panel.sentence.text()
    assert again.panel.rest.isHidden()
    parts = [header_of(folder).part for folder in run_folders(desk.files.runs_folder())]
    assert len({part.comparison for part in parts}) == 1
