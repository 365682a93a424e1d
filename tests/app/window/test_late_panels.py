"""Panels that are made when they first come into sight are as if they had been there from the beginning."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from app.window.window import MainWindow
from networks.graph import edits
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.optimizers import Adam
from networks.recipes.recipe import with_settings
from tests.app.window.opened import OpenedWindow
from widgets.controls.late import Late
from widgets.controls.section import Disclosure

LATE = [
    "layer",
    "activation",
    "training",
    "data",
    "regularization",
    "augmentation",
    "bench",
    "loss",
    "results",
    "inside",
    "twins",
    "sweep",
    "one_step",
    "gradient_flow",
    "explanation",
    "heat",
    "code",
]


@pytest.fixture
def opened(qtbot):
    """Opens windows, and closes them in the end."""

    def open_one(kind):
        window = kind(Project(network=lenet5()))
        qtbot.addWidget(window)
        return window

    return open_one


def edit(window):
    """Some edits of all that panels show."""
    project = window.desk.document.project
    network, _ = edits.append(edits.set_layers(project.network, {"tanh1": ReLU()}), Dropout(p=0.25))
    recipe = with_settings(project.recipe, optimizer=Adam(lr=0.003), epochs=7)
    window.desk.document.edit(replace(project, network=network, recipe=recipe), "Edit")


def words(panel):
    """All that the panel says and holds, and whether it shows it."""
    found = []
    for widget in panel.findChildren(QWidget):
        if isinstance(widget, QLabel | QLineEdit | QAbstractButton):
            held = widget.text()
        elif isinstance(widget, QComboBox):
            held = widget.currentText()
        else:
            continue
        found.append((type(widget).__name__, widget.objectName(), held, widget.isVisibleTo(panel)))
    return sorted(found)


def panel_of(window, name):
    """The panel of this name, with all that it makes late itself."""
    panel = window.zones.seats[name].panel.widget.widget
    for within in panel.findChildren(Late):
        assert within.widget
    return panel


def test_a_window_makes_only_what_is_seen(opened, qtbot):
    window = opened(MainWindow)
    widgets = {name: seat.panel.widget for name, seat in window.zones.seats.items()}
    assert {name for name, widget in widgets.items() if isinstance(widget, Late)} == {*LATE, "pictures"}
    assert all(widget.made is None for widget in widgets.values() if isinstance(widget, Late))
    window.show()
    window.zones.seats["loss"].bring()
    assert panel_of(window, "loss").isVisible()
    assert window.zones.seats["code"].panel.widget.made is None
    window.zones.inspector.bring(window.zones.seats["data"])
    assert panel_of(window, "data").isVisible()
    assert window.zones.seats["regularization"].panel.widget.made is None


@pytest.mark.parametrize("name", LATE)
def test_a_panel_that_is_made_late_shows_what_one_made_early_shows(opened, name):
    early, late = opened(MainWindow), opened(MainWindow)
    assert panel_of(early, name)
    for window in (early, late):
        edit(window)
    assert words(panel_of(early, name)) == words(panel_of(late, name))
    for window in (early, late):
        window.desk.document.history.undo()
    assert words(panel_of(early, name)) == words(panel_of(late, name))


@pytest.mark.parametrize("edited", ["before it is seen", "before it is prepared"])
def test_panels_that_were_prepared_show_what_others_show(opened, edited):
    early, late = opened(MainWindow), opened(MainWindow)
    if edited == "before it is prepared":
        edit(late)
    arranged = late.zones.arrangement()
    for one in late.findChildren(Late):
        assert list(one.prepared()) is not None
    if edited == "before it is seen":
        edit(late)
    edit(early)
    assert late.zones.arrangement() == arranged
    for name in LATE:
        assert words(panel_of(late, name)) == words(panel_of(early, name)), name
    for window in (early, late):
        window.desk.document.history.undo()


@pytest.mark.parametrize(
    "order",
    [pytest.param(LATE, marks=pytest.mark.slow), LATE[::-1]],
    ids=["in order", "backwards"],
)
def test_the_tab_key_visits_the_same_in_the_same_order_whenever_panels_are_made(opened, qtbot, order):
    early, late = opened(partial(OpenedWindow, everything=True)), opened(MainWindow)
    for name in order:
        assert panel_of(late, name)
    assert visited(late, qtbot) == visited(early, qtbot)
    assert len(visited(late, qtbot)) > 40


def visited(window, qtbot):
    """All that the Tab key comes to, from the canvas on and once round."""
    window.resize(1480, 920)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    for section in window.zones.inspector.sections.values():
        section.set_folded(False)
    window.zones.canvas.setFocus()
    found = []
    while not found or QApplication.focusWidget() is not window.zones.canvas:
        widget = QApplication.focusWidget()
        found.append((type(widget).__name__, widget.objectName(), widget.accessibleName()))
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    window.hide()
    return found


def test_what_was_open_within_a_panel_is_open_when_it_is_made(opened):
    first = opened(OpenedWindow)
    first.training_panel.findChild(Disclosure).set_open(True)
    first.close()
    # one that never makes the panel hands on what it was told
    between = opened(MainWindow)
    assert between.zones.seats["training"].panel.widget.made is None
    between.close()
    # and so does one that prepares it
    prepared = opened(MainWindow)
    for _ in prepared.zones.seats["training"].panel.widget.prepared():
        pass
    prepared.close()
    last = opened(MainWindow)
    assert panel_of(last, "training").findChild(Disclosure).is_open()
    last.zones.reset()
    assert not panel_of(last, "training").findChild(Disclosure).is_open()
