"""The keyboard stays where one works when a control disables itself under it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit

from tests.app.window.opened import OpenedWindow


@pytest.fixture
def window(qtbot):
    window = OpenedWindow()
    qtbot.addWidget(window)
    window.resize(1480, 920)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.close()


def takers(window):
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
    return [
        widget
        for kind in kinds
        for widget in window.findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def zone_of(widget, window):
    """The largest part of the window that it lies in, of those that people tell apart."""
    zones = window.zones
    parts = (window.top_bar, zones.palette_zone, zones.canvas_zone, zones.tabs, zones.inspector)
    return next((part for part in parts if part.isAncestorOf(widget)), None)


def test_any_control_gets_the_focus_back_that_it_lost_by_being_disabled(window):
    walked = takers(window)
    assert len(walked) > 20
    for widget in walked:
        widget.setFocus()
        if QApplication.focusWidget() is not widget:
            continue  # an editable field passes it on to its line
        widget.setEnabled(False)
        deputy = QApplication.focusWidget()
        beside = [
            other
            for other in takers(window)
            if other.parentWidget() is widget.parentWidget() and other is not widget
        ]
        assert not beside or deputy.parentWidget() is widget.parentWidget(), widget
        assert zone_of(deputy, window) is zone_of(widget, window), widget
        widget.setEnabled(True)
        assert QApplication.focusWidget() is widget, widget


@pytest.mark.parametrize("name", ["further_button", "main_button", "stop_button"])
def test_the_focus_stays_in_the_bar_through_all_stages_of_a_run(window, name):
    bar = window.bar
    bar.show_further("")
    bar.show_stage("training" if name == "stop_button" else "idle")
    button = getattr(bar, name)
    button.setFocus()
    for stage in ("preparing", "training", "stopping", "idle", "preparing", "training"):
        bar.show_stage(stage)
        assert QApplication.focusWidget().parentWidget() is bar, stage
    assert QApplication.focusWidget() is button


def test_who_has_moved_on_meanwhile_is_left_there(window):
    bar = window.bar
    bar.show_further("")
    bar.show_stage("idle")
    bar.further_button.setFocus()
    bar.show_stage("preparing")
    window.canvas.setFocus()
    bar.show_stage("training")
    assert QApplication.focusWidget() is window.canvas
    bar.further_button.setFocus()
    bar.show_stage("preparing")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    there = QApplication.focusWidget()
    bar.show_stage("training")
    assert QApplication.focusWidget() is there
