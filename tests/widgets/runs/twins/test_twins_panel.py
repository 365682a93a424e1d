"""The tab of twins offers what there is, says why something cannot be trained, and draws what came of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from networks.core.message import message
from networks.project.project import first_project
from networks.project.twins import earlier_twin, offered_twins, set_twin
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.runs.twins.comparison import Comparison, Side, Trained
from tests.networks.runs.twins.test_conclusion import record, twins
from widgets.runs.twins.choice import NONE, SETTING, Offers
from widgets.runs.twins.panel import TwinsPanel

PROJECT = first_project()
EARLIER = set_twin(PROJECT, "learning.batch_size", 64).project


@pytest.fixture
def panel(qtbot):
    panel = TwinsPanel()
    qtbot.addWidget(panel)
    panel.resize(540, 800)
    panel.show()
    twins = offered_twins(PROJECT)
    panel.show_offers(
        Offers(PROJECT, twins, (earlier_twin(PROJECT, EARLIER, message("as in “run 3”")),), ("conv1",))
    )
    return panel


def choose(box, text):
    """Chooses an entry as a user does."""
    index = text if isinstance(text, int) else box.findText(text)
    assert index >= 0, text
    box.setCurrentIndex(index)
    box.activated.emit(index)


def type_into(field, text, qtbot):
    field.selectAll()
    qtbot.keyClicks(field, text)


def press(panel, qtbot):
    with qtbot.waitSignal(panel.wished) as wished:
        qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    return wished.args[0]


def test_a_change_is_chosen_from_what_is_offered(panel, qtbot):
    assert panel.choice.kinds.itemText(0) == "Activation"
    choose(panel.choice.kinds, "Optimizer")
    choose(panel.choice.entries, "Adam → SGD with rate 0.03")
    wish = press(panel, qtbot)
    assert str(wish.twin.words) == "Adam → SGD with rate 0.03"
    assert (wish.seeds, wish.measure) == (5, VALIDATION_ACCURACY)


def test_any_setting_gets_another_value_in_an_editor_of_its_own(panel, qtbot):
    choose(panel.choice.kinds, panel.choice.kinds.findData(SETTING))
    choose(panel.choice.entries, "Learning rate")
    # the twin would be the same
    assert not panel.button.isEnabled()
    (editor,) = panel.choice._editor.controls()
    type_into(editor, "0.01", qtbot)
    wish = press(panel, qtbot)
    assert str(wish.twin.words) == "Learning rate 0.001 → 0.01"
    choose(panel.choice.entries, "conv1: Filters")
    type_into(panel.choice._editor.controls()[0], "9", qtbot)
    assert press(panel, qtbot).twin.project.network["conv1"].layer.filters == 9


def test_an_earlier_run_can_be_the_twin(panel, qtbot):
    choose(panel.choice.kinds, "As it was before")
    wish = press(panel, qtbot)
    assert wish.twin.project == EARLIER
    assert "as in “run 3”: Batch size 8 → 64" in str(wish.twin.words)


def test_without_a_change_the_project_is_trained_with_several_seeds(panel, qtbot):
    choose(panel.choice.kinds, panel.choice.kinds.findData(NONE))
    assert panel.button.text() == "Train all seeds"
    type_into(panel.seeds, "3", qtbot)
    wish = press(panel, qtbot)
    assert (wish.twin, wish.seeds) == (None, 3)


def test_losses_can_be_compared_only_where_they_are_the_same(panel, qtbot):
    choose(panel.measures, 1)
    assert press(panel, qtbot).measure is VALIDATION_LOSS
    choose(panel.choice.kinds, "Loss")
    assert panel.measures.currentIndex() == 0
    assert press(panel, qtbot).measure is VALIDATION_ACCURACY


def test_why_nothing_can_be_trained_is_said_at_the_button(panel):
    panel.show_reason("A run is in progress.")
    assert not panel.button.isEnabled()
    assert panel._about.text() == "A run is in progress."
    panel.show_reason("")
    assert panel.button.isEnabled()
    assert "10 runs, 2 for each of 5 seeds" in panel._about.text()


def test_nothing_can_be_trained_before_the_twins_of_the_project_are_known(panel):
    assert panel.button.isEnabled()
    panel.show_offers(None)
    assert not panel.button.isEnabled()
    panel.show_reason("")
    assert not panel.button.isEnabled()


def test_what_was_chosen_stays_when_the_project_changes(panel):
    choose(panel.choice.kinds, "Optimizer")
    choose(panel.choice.entries, "Adam → AdamW with rate 0.001")
    panel.show_offers(Offers(EARLIER, offered_twins(EARLIER)))
    assert panel.choice.entries.currentText() == "Adam → AdamW with rate 0.001"


@pytest.mark.parametrize(
    "comparison",
    [
        twins([0.9, 0.8, 0.85], [0.91, 0.85, 0.9]),
        twins([0.9], [0.8]),
        twins([record("a", reason="")], [record("b", reason="")]),
        twins([record("a", 0.5, 0.6, reason="")], [record("b", 0.4, reason="")]),
        twins([0.9, record("x", reason="diverged")], [0.8, 0.8]),
        twins([0.9, 0.8], [0.9, 0.8], VALIDATION_LOSS),
        Comparison((Side(message("as it is"), (Trained(0, record("a", 0.5, 0.6)),)),)),
        Comparison((Side(message("as it is"), ()), Side(message("b"), ()))),
    ],
    ids=["three", "one", "nothing", "begun", "diverged", "loss", "seed", "empty"],
)
def test_whatever_was_measured_is_drawn_and_said(panel, comparison):
    panel.show_comparison(comparison, going_on=True)
    assert panel.words.text()
    assert panel.sentence.text() in panel.plot.accessibleName()
    assert not panel.grab().isNull()
    panel.show_comparison(None, going_on=False)
    assert panel.plot.isHidden()


def test_each_side_is_drawn_in_its_colour_and_the_band_around_their_means(panel):
    comparison = twins(
        [record(f"a{seed}", 0.5, 0.7 + seed / 50, 0.8) for seed in range(3)],
        [record(f"b{seed}", 0.6, 0.8 + seed / 50, 0.9) for seed in range(3)],
    )
    panel.show_comparison(comparison, going_on=False)
    image = panel.plot.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width()) for y in range(image.height())}
    assert {"#2f6fdb", "#d97a06"} <= seen


def test_what_is_missing_of_a_comparison_can_be_trained(panel, qtbot):
    comparison = twins([0.9, 0.8], [0.91, record("b1", 0.5, reason="stopped")], planned=5)
    panel.show_comparison(comparison, going_on=True)
    assert panel.rest.isHidden()
    panel.show_comparison(comparison, going_on=False)
    assert panel.rest.text() == "Train the rest: 4 seeds"
    with qtbot.waitSignal(panel.rest_wished):
        qtbot.mouseClick(panel.rest, Qt.MouseButton.LeftButton)
    panel.show_reason("A run is in progress.")
    assert not panel.rest.isEnabled()
    panel.show_comparison(twins([0.9, 0.8], [0.9, 0.8]), going_on=False)
    assert panel.rest.isHidden()
