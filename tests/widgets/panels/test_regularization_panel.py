"""What works against over-fitting is edited in one place, and the measured gap stands beside it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from networks.graph.edits import insert
from networks.graph.network import Network
from networks.layers.regularization import Dropout
from networks.presets.lenet import lenet5
from networks.recipes.losses import CrossEntropy
from networks.recipes.losses.squared_error import SquaredError
from networks.recipes.optimizers import SGD, AdamW
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.gap import Gap
from widgets.panels.regularization_panel import RegularizationPanel


@pytest.fixture
def panel(qtbot):
    made = RegularizationPanel()
    qtbot.addWidget(made)
    made.show()
    return made


def words(panel, name):
    return panel.findChild(QLabel, name).text()


def with_dropout():
    network = lenet5()
    for share in (0.2, 0.5):
        network, _ = insert(network, Dropout(share), network.wires[-1])
    return network


def test_each_field_edits_its_own_part_of_the_recipe(panel):
    recipe = with_settings(Recipe(), optimizer=AdamW())
    panel.show_recipe(recipe, with_dropout())
    told = []
    panel.edited.connect(lambda new, text, merge: told.append(new))
    for name, text in (("dropout", "2"), ("weight_decay", "0.3"), ("label_smoothing", "0.1")):
        field = panel.findChild(QLineEdit, name)
        field.setText(text)
        field.textEdited.emit(text)
    assert told[0] == with_settings(recipe, dropout=2.0)
    assert told[1] == with_settings(recipe, optimizer=AdamW(weight_decay=0.3))
    assert told[2] == with_settings(recipe, loss=CrossEntropy(0.1))


def test_it_says_with_which_shares_the_layers_train(panel):
    panel.show_recipe(Recipe(), with_dropout())
    assert "2, with shares of 0.2, 0.5" in words(panel, "dropout_layers")
    panel.show_recipe(with_settings(Recipe(), dropout=2.0), with_dropout())
    assert "train with 0.4, 0.95 instead of 0.2, 0.5" in words(panel, "dropout_layers")
    assert not panel.findChild(QPushButton, "add_dropout").isVisible()


def test_where_there_is_no_dropout_layer_it_offers_one(panel, qtbot):
    panel.show_recipe(Recipe(), lenet5())
    assert "changes nothing yet" in words(panel, "dropout_layers")
    button = panel.findChild(QPushButton, "add_dropout")
    assert button.text() == "Add a Dropout before “fc3”"
    with qtbot.waitSignal(panel.dropout_requested):
        button.click()
    # where nothing is learned there is no place for one
    panel.show_recipe(Recipe(), Network())
    assert not button.isVisible()


def test_what_the_recipe_lacks_is_not_offered(panel):
    panel.show_recipe(with_settings(Recipe(), loss=SquaredError(), optimizer=SGD()), lenet5())
    assert (
        panel.findChild(QLineEdit, "label_smoothing") is None
        or not panel.findChild(QLineEdit, "label_smoothing").isVisible()
    )
    assert "cross-entropy" in words(panel, "no_smoothing")


def test_the_gap_that_was_measured_is_shown(panel):
    assert "once a run has one" in words(panel, "gap")
    panel.show_gap(Gap(7, 0.01, 0.25, 1.0, 0.92))
    assert "Epoch 7: loss 0.01000 in training, 0.2500 in validation" in words(panel, "gap")


def test_a_button_leads_to_the_augmentation(panel, qtbot):
    with qtbot.waitSignal(panel.augmentation_requested):
        panel.findChild(QPushButton, "to_augmentation").click()
