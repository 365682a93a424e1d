"""What a window has not needed yet is made while nothing else is to be done, and nothing changes by it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.background.panels_ahead import PanelsAhead
from widgets.controls.late import Late


@pytest.fixture
def window(qtbot):
    """A window with a page in front, and two behind it that are made late; the last holds a third."""

    def nested():
        box = QWidget()
        QVBoxLayout(box).addWidget(Late(lambda: QLabel("inner")))
        return box

    window = QStackedWidget()
    for page in (QLabel("front"), Late(lambda: QLabel("second")), Late(nested)):
        window.addWidget(page)
    qtbot.addWidget(window)
    window.show()
    return window


def words(window):
    return {label.text() for label in window.findChildren(QLabel)}


def test_everything_is_made_with_other_events_between(window, qtbot):
    ahead, between = PanelsAhead(window), []
    counted = QTimer()
    counted.timeout.connect(lambda: between.append(len(words(window))))
    counted.start(1)
    with qtbot.waitSignal(ahead.done):
        ahead.start()
        assert ahead.busy
    assert not ahead.busy
    assert words(window) == {"front", "second", "inner"}
    assert 1 in between
    assert not any(late.in_place for late in window.findChildren(Late))


def test_what_comes_into_sight_meanwhile_is_left_alone(window, qtbot):
    ahead = PanelsAhead(window)
    with qtbot.waitSignal(ahead.done):
        ahead.start()
        window.setCurrentIndex(2)
    assert words(window) == {"front", "second", "inner"}
    assert window.currentWidget().made.isVisible()


def test_what_is_closed_makes_no_more(window, qtbot):
    ahead = PanelsAhead(window)
    ahead.start()
    ahead.close()
    with qtbot.assertNotEmitted(ahead.done, wait=100):
        pass
    assert words(window) == {"front"}
