"""Edits in the recipe's panels are steps of the history: one for each field, none if it is turned back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.feature.desk import Desk
from app.features.data.dataset import Data
from app.features.learning.optimization import Optimization
from app.session.document import Document
from app.session.settings import Settings
from networks.project.project import first_project
from widgets.controls.section import Disclosure
from widgets.panels.data_panel import DataPanel
from widgets.panels.training_panel import TrainingPanel


@pytest.fixture
def document():
    return Document(first_project())


@pytest.fixture
def panel_of(qtbot, document):
    def make(kind, beside):
        panel = kind()
        qtbot.addWidget(panel)
        panel.edited.connect(
            lambda recipe, text, merge: document.edit(replace(document.project, recipe=recipe), text, merge)
        )
        document.changed.connect(lambda _, project: panel.show_recipe(project.recipe, beside))
        panel.show_recipe(document.project.recipe, beside)
        with qtbot.waitActive(panel):
            panel.show()
        return panel

    return make


@pytest.fixture
def training_panel(panel_of):
    panel = panel_of(TrainingPanel, ("cpu",))
    panel.findChild(Disclosure).set_open(True)
    return panel


@pytest.fixture
def data_panel(panel_of):
    return panel_of(DataPanel, (1, 28, 28))


def retype(qtbot, panel, name, text):
    line = panel.findChild(QLineEdit, name)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


@pytest.mark.parametrize(
    ("panel", "name", "other", "first"),
    [
        ("training_panel", "lr", "0.25", "0.001"),
        ("training_panel", "label_smoothing", "0.25", "0"),
        ("training_panel", "epochs", "77", "20"),
        ("training_panel", "threads", "3", "0"),
        ("data_panel", "validation", "0.5", "0.2"),
        ("data_panel", "split_seed", "3", "0"),
    ],
)
def test_a_field_is_one_step_and_none_if_it_is_turned_back(
    request, document, qtbot, panel, name, other, first
):
    shown, project = request.getfixturevalue(panel), document.project
    retype(qtbot, shown, name, other)
    assert document.project != project
    assert document.history.count() == 1
    retype(qtbot, shown, name, first)
    assert document.project == project
    assert document.history.count() == 0


def test_two_fields_are_two_steps_and_undo_shows_what_was(document, qtbot, training_panel):
    project = document.project
    retype(qtbot, training_panel, "lr", "0.5")
    retype(qtbot, training_panel, "batch_size", "9")
    assert document.history.count() == 2
    document.history.undo()
    document.history.undo()
    assert document.project == project
    assert training_panel.findChild(QLineEdit, "lr").text() == "0.001"


def test_another_optimizer_is_a_step_of_its_own_with_its_name(document, qtbot, training_panel):
    box = training_panel.findChild(QComboBox, "optimizer")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert document.history.undoText() == "Set optimizer to AdamW"
    retype(qtbot, training_panel, "lr", "0.5")
    assert document.history.undoText() == "Set learning rate to 0.5"
    assert document.history.count() == 2


@pytest.mark.parametrize("feature", [Optimization, Data])
@pytest.mark.parametrize("by", ["another project", "a backbone"])
def test_what_was_refused_is_dropped_with_the_project_it_was_typed_for(qtbot, tmp_path, feature, by):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
    panel = feature(desk).panel
    qtbot.addWidget(panel)
    panel.show()
    line = panel.findChild(QLineEdit, "epochs" if feature is Optimization else "split_seed")
    before = line.text()
    line.selectAll()
    qtbot.keyClicks(line, "3.5")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert (line.text(), line.property("wrong")) == ("3.5", True)
    if by == "another project":
        desk.document.reset(first_project())
    else:
        desk.show_from_start()
    assert (line.text(), line.property("wrong")) == (before, False)
