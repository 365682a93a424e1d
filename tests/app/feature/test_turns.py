"""Panels of large networks take turns, and nobody can tell afterwards."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.feature.desk import Desk
from app.feature.panel_feature import PanelFeature
from app.feature.showing import Showing
from app.feature.turns import LARGE, Turns
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from tests.widgets.canvas.canvas_networks import chain


class Epochs(PanelFeature[QLabel]):
    """Shows the number of epochs, and keeps what it was shown."""

    def __init__(self, desk):
        super().__init__(desk)
        self.heard = []

    def make_panel(self):
        return QLabel()

    def show_panel(self, panel, old, new):
        assert old is (self.heard[-1] if self.heard else None)
        self.heard.append(new)
        panel.setText(str(new.recipe.learning.epochs))


@pytest.fixture
def window(qtbot):
    """A window with a panel in front and one behind it, and a button."""
    window = QWidget()
    window.desk = Desk(Project(chain(LARGE), Recipe()), window)
    window.front, window.behind = Epochs(window.desk), Epochs(window.desk)
    window.pages = QStackedWidget()
    window.button = QPushButton("Train")
    column = QVBoxLayout(window)
    column.addWidget(window.pages)
    column.addWidget(window.button)
    Showing(window.desk, (window.front, window.behind)).show()
    for feature in (window.front, window.behind):
        window.pages.addWidget(feature.late)
        assert feature.panel
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


def edit(window, epochs):
    window.desk.edit_recipe(with_settings(window.desk.shown.recipe, epochs=epochs), "Epochs")


def text(feature):
    return feature.late.made.text()


def test_what_is_seen_is_shown_soon_and_only_once_for_several_changes(window, qtbot):
    seen = len(window.front.heard)
    for epochs in (50, 51, 52):
        edit(window, epochs)
    assert text(window.front) not in ("50", "51", "52")
    qtbot.waitUntil(lambda: text(window.front) == "52")
    assert len(window.front.heard) == seen + 1
    assert window.front.heard[-1] is window.desk.shown


def test_what_is_out_of_sight_is_shown_when_it_is_seen(window, qtbot):
    for epochs in (50, 51, 52):
        edit(window, epochs)
    qtbot.waitUntil(lambda: text(window.front) == "52")
    assert text(window.behind) != "52"
    window.pages.setCurrentIndex(1)
    assert text(window.behind) == "52"
    edit(window, 53)
    window.pages.setCurrentIndex(0)
    assert text(window.front) == "53"


def test_whoever_reaches_for_a_panel_finds_it_up_to_date(window):
    edit(window, 50)
    assert window.front.panel.text() == window.behind.panel.text() == "50"


@pytest.mark.parametrize("press", [QTest.mouseClick, QTest.keyClick])
def test_whatever_the_user_does_next_finds_it_up_to_date(window, press):
    found = []
    window.button.clicked.connect(lambda: found.append(text(window.front)))
    edit(window, 50)
    press(window.button, Qt.MouseButton.LeftButton if press is QTest.mouseClick else Qt.Key.Key_Space)
    assert found == ["50"]


@pytest.fixture
def screen_reader(qapp):
    """A screen reader listens."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def test_what_a_screen_reader_does_finds_it_up_to_date(window, screen_reader):
    """It presses a button past all events."""
    found = []
    window.button.pressed.connect(lambda: found.append(text(window.front)))
    edit(window, 50)
    QAccessible.queryAccessibleInterface(window.button).actionInterface().doAction("Press")
    assert found == ["50"]
    assert text(window.behind) == "50"


def test_what_lags_behind_is_up_to_date_with_the_first_change_that_a_screen_reader_can_hear(window, qapp):
    edit(window, 50)
    assert text(window.front) != "50"
    QAccessible.setActive(True)
    try:
        edit(window, 51)
        assert text(window.front) == text(window.behind) == "51"
    finally:
        QAccessible.setActive(False)
    assert window.front.heard[-1] is window.desk.shown


def test_what_was_prepared_is_shown_nothing_until_it_is_seen_and_then_the_newest(window):
    """Also of a small network, which other panels are shown at once."""
    window.desk.edit_network(chain(LARGE - 3), "Fewer layers")
    window.desk.turns.finish()
    third = Epochs(window.desk)
    Showing(window.desk, (third,)).show()
    window.pages.addWidget(third.late)
    for _ in third.late.prepared():
        pass
    for epochs in (50, 51, 52):
        edit(window, epochs)
    assert len(third.heard) == 1
    window.pages.setCurrentIndex(2)
    assert text(third) == "52"
    edit(window, 53)
    assert text(third) == "53"


def test_small_networks_are_shown_at_once(window):
    window.desk.edit_network(chain(LARGE - 3), "Fewer layers")
    window.desk.turns.finish()
    assert window.behind.panel
    edit(window, 50)
    assert text(window.front) == text(window.behind) == "50"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_each_is_done_once_in_the_order_in_which_they_came(qapp, given_):
    turns, done = Turns(qapp), []
    doing = {name: lambda name=name: done.append(name) for name in "abc"}
    for name in given_:
        turns.add(doing[name])
    turns.finish()
    assert done == list(dict.fromkeys(given_))
    turns.deleteLater()


def test_what_fails_does_not_stop_the_others(qtbot, qapp):
    turns, done = Turns(qapp), []

    def fail():
        raise ValueError("broken")

    turns.add(fail)
    turns.add(lambda: done.append("second"))
    with qtbot.captureExceptions() as raised:
        qtbot.waitUntil(lambda: done == ["second"])
    assert len(raised) == 1
