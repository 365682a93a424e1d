"""The bar at the top gives up what has no room, and takes it back as soon as there is room again."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QMenuBar, QWidget

from app.window.top_bar import TopBar


@pytest.fixture
def words():
    return QLabel("ready")


@pytest.fixture
def bar(qtbot, words):
    menus = QMenuBar()
    for title in ("File", "Edit", "View"):
        menus.addMenu(title)
    window = QWidget()
    qtbot.addWidget(window)
    bar = TopBar(menus, [], [words], [], [], window)
    bar.resize(640, 60)
    window.resize(640, 60)
    window.show()
    return bar


def test_what_was_given_up_for_long_words_comes_back_with_short_ones(bar, words, qtbot):
    menus = bar.findChild(QMenuBar)
    assert menus.isVisible()
    words.setText("words that say a lot of what is going on, and need much room " * 2)
    qtbot.waitUntil(lambda: not menus.isVisible())
    words.setText("ready")
    qtbot.waitUntil(menus.isVisible)
