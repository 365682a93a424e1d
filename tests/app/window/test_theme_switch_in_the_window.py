"""Switching the theme leaves nothing behind: each room looks as in a window that began with that theme."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.session.settings import Settings
from tests.app.window.opened import OpenedWindow
from widgets.look.theme import apply_theme, colors


def theme_of(window):
    return "dark" if colors(window).dark else "light"


@pytest.fixture
def switched(qtbot):
    """A window that began in light and went on in dark, and one that began in dark."""
    windows = []
    for theme in ("light", "dark"):
        Settings().change(theme=theme)
        apply_theme(QApplication.instance(), theme)
        window = OpenedWindow(everything=True)
        qtbot.addWidget(window)
        apply_theme(QApplication.instance(), theme)
        window.resize(1480, 920)
        windows.append(window)
        with qtbot.waitExposed(window):
            window.show()
    assert theme_of(windows[0]) == "dark"
    yield windows
    apply_theme(QApplication.instance(), "light")


@pytest.mark.slow
def test_each_room_looks_as_if_the_theme_had_always_been_this_one(switched, qtbot):
    later, always = switched
    for name in later.zones.seats:
        for window in switched:
            window.zones.seats[name].bring()
        qtbot.waitUntil(lambda: later.grab().toImage() == always.grab().toImage())
