"""Undo and redo say what they changed, with its values, and bring it into view."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.building.canvas import Canvas
from app.features.program.history import History, step_words
from networks.core.fields import changed_at
from networks.graph import edits
from networks.presets.lenet import lenet5
from networks.project.project import Project
from tests.widgets.canvas.canvas_networks import chain


@pytest.fixture
def desk(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    return Desk(Project(network=lenet5()), window, folder=tmp_path)


@pytest.fixture
def told(desk):
    sentences = []
    desk.told.connect(lambda sentence, _: sentences.append(sentence))
    return sentences


def test_undo_and_redo_say_what_it_was_with_its_values(desk, told):
    history, recipe = History(desk), desk.document.project.recipe
    for rate in (0.5, 5.0):
        faster = changed_at(recipe, "learning.optimizer.lr", rate)
        desk.edit_recipe(faster, "Change Learning rate", "learning.optimizer.lr")
    history.undo()
    history.redo()
    assert told == ["Undone: Learning rate 0.001 → 5", "Redone: Learning rate 0.001 → 5"]


def test_an_edit_of_a_layer_is_said_with_its_type_and_any_other_by_its_name(desk, told):
    history, network = History(desk), desk.document.project.network
    wider = edits.set_layers(network, {"conv1": replace(network["conv1"].layer, filters=8)})
    desk.edit_network(wider, "Change filters")
    desk.edit_network(edits.remove(wider, {"conv1"}), "Delete Conv2d")
    history.undo()
    history.undo()
    history.undo()  # there is nothing more
    assert told == ["Undone: Delete Conv2d", "Undone: Conv2d: Filters 6 → 8"]


def test_many_changes_at_once_are_not_listed():
    before = Project(network=chain(3))
    assert step_words(before, replace(before, network=chain(4))) == ""


def test_what_an_undo_changes_is_brought_into_view(qtbot, desk):
    history, canvas = History(desk), Canvas(desk)
    qtbot.addWidget(canvas.view)
    desk.document.changed.connect(lambda: canvas.view.show_network(desk.shown.network, desk.shown.report))
    view = canvas.view
    view.animated = False
    view.resize(500, 400)
    view.show()
    qtbot.waitExposed(view)
    desk.edit_network(chain(60), "Load")
    network = desk.document.project.network
    names = list(network.order)
    last, first = names[-3], names[1]
    desk.edit_network(edits.remove(network, {last}), "Delete")
    view.reveal(first)
    history.undo()
    here = view.mapFromScene(view.scene().rect_of(last)).boundingRect()
    assert view.viewport().rect().contains(here)
