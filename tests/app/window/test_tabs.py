"""Tabs that have no room are in a menu behind the others; the one in front is always in sight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from app.feature.panel import Panel, Place
from app.window.seats import Seat
from app.window.tabs import Tabs

TITLES = ("Curves", "Results", "Inside", "Twins", "Step", "Loss", "Where from", "Data", "Code")


@pytest.fixture
def unseen(qtbot):
    owner = QObject()
    seats = [Seat(Panel(title.lower(), title, Place.MEASURED, QLabel(title)), owner) for title in TITLES]
    tabs = Tabs(seats)
    # in the window seats outlive the tabs; the other way round Qt's next change of style crashes
    tabs.seats, tabs.owner = seats, owner
    qtbot.addWidget(tabs)
    return tabs


@pytest.fixture
def tabs(unseen):
    unseen.show()
    return unseen


def in_sight(tabs):
    return [title for index, title in enumerate(TITLES) if tabs.isTabVisible(index)]


def in_menu(tabs):
    menu = tabs.more.menu()
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


@pytest.mark.parametrize("width", [200, 260, 344, 420, 520, 900])
def test_each_tab_is_in_sight_or_in_the_menu(tabs, width):
    tabs.resize(width, 300)
    for seat in tabs.seats:
        tabs.bring(seat)
        assert sorted(in_sight(tabs) + in_menu(tabs)) == sorted(TITLES)
        assert seat.panel.title in in_sight(tabs)
        assert tabs.currentWidget() is seat.panel.widget
        shown = [tabs.tabBar().tabRect(TITLES.index(title)) for title in in_sight(tabs)]
        assert shown[0].left() >= 0  # wherever the bar was scrolled to meanwhile
        assert tabs.more.isVisible() == bool(in_menu(tabs))
        assert tabs.tabBar().sizeHint().width() <= width - (tabs.more.width() if in_menu(tabs) else 0)


def test_what_is_chosen_in_the_menu_comes_to_the_front(tabs):
    tabs.resize(300, 300)
    assert in_menu(tabs)[-1] == "Code"
    tabs.more.menu().actions()[-1].trigger()
    assert tabs.front() == "code"
    assert "Code" in in_sight(tabs)


def test_a_closed_panel_is_in_neither(tabs):
    tabs.resize(300, 300)
    tabs.seats[1].set_open(False)
    assert "Results" not in in_sight(tabs) + in_menu(tabs)
    tabs.resize(900, 300)
    assert in_menu(tabs) == []
    assert "Results" not in in_sight(tabs)


def test_the_menu_stands_in_the_line_of_the_tabs_before_these_are_laid_out(unseen):
    unseen.resize(300, 300)
    middle = unseen.more.geometry().center().y()
    assert unseen.more.y() >= 0
    assert abs(middle - unseen.tabBar().sizeHint().height() // 2) <= 1
