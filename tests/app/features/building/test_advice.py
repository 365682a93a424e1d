"""What is unwise is told with its mend at hand and stands in nobody's way; what blocks says so."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.building.advice import Advice
from app.features.building.canvas import Canvas
from app.features.building.network_summary import NetworkSummary
from app.features.runs.training import Training
from app.session.settings import Settings
from networks.graph.edits import insert
from networks.layers.activation import Softmax
from networks.project.project import first_project
from networks.recipes.losses.negative_log_likelihood import NegativeLogLikelihood
from networks.recipes.recipe import with_settings


@pytest.fixture
def features(qtbot, tmp_path):
    """A desk with a Softmax before the Output, and the features that show it."""
    window = QWidget()
    qtbot.addWidget(window)
    project = first_project()
    wire = project.network.consumers["fc3"][0]
    network, _ = insert(project.network, Softmax(), wire)
    desk = Desk(replace(project, network=network), window, Settings(tmp_path / "settings.json"), tmp_path)
    made = Advice(desk), Training(desk), Canvas(desk), NetworkSummary(desk)
    for widget in (made[0].bar, made[1].bar, made[1].curves, made[2].view, made[2].panel, made[3].label):
        qtbot.addWidget(widget)

    def show():
        for feature in made:
            feature.show(None, desk.shown)

    desk.document.changed.connect(show)
    show()
    yield desk, *made[:3], made[3].label
    made[1].close()


def card(canvas, name):
    return canvas.view.scene().cards[name].content


def test_advice_lets_one_train_and_its_button_mends_it(features):
    desk, advice, training, canvas, summary = features
    assert "1 piece of advice" in summary.text()
    assert "raw scores" in advice.bar.sentence()
    assert training.bar.main_button.isEnabled()
    assert "Cannot train" not in training.bar.words()
    assert not training.runs.further_reason()
    assert card(canvas, "softmax1").unwise
    assert "raw scores" in card(canvas, "softmax1").problem
    (button,) = advice.bar.buttons
    button.click()
    assert "softmax1" not in desk.shown.network
    assert desk.shown.undo == "Remove the Softmax"
    assert not advice.bar.sentence()
    assert "advice" not in summary.text()
    desk.document.history.undo()
    assert advice.bar.sentence()
    advice.bar._close.click()
    assert not advice.bar.sentence()


def test_a_loss_that_would_fall_without_end_stands_in_the_way_with_its_mends(features):
    desk, advice, training, canvas, _ = features
    advice.bar.buttons[0].click()
    desk.edit_recipe(with_settings(desk.shown.recipe, loss=NegativeLogLikelihood()), "Choose")
    assert not training.bar.main_button.isEnabled()
    assert "without end" in training.bar.words()
    assert [button.text() for button in advice.bar.buttons] == ["Add a LogSoftmax", "Choose cross-entropy"]
    advice.bar.buttons[0].click()
    assert training.bar.main_button.isEnabled()
    assert not advice.bar.sentence()
    assert not any(each.content.unwise for each in canvas.view.scene().cards.values())
