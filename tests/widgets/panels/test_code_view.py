"""The code view: it shows the source, marks the lines of the selection, and a click names layers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QPushButton

from networks.presets.lenet import lenet5
from networks.source import source
from widgets.panels.code_view import CodeView, _Text

LENET = source(lenet5(), 10)


@pytest.fixture
def view(qtbot):
    view = CodeView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show_source(LENET)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_it_shows_the_source_and_cannot_be_changed(view, qtbot):
    assert view.text() == LENET.text
    qtbot.keyClicks(view.findChild(_Text), "x")
    assert view.text() == LENET.text


def test_the_lines_of_the_selected_layers_are_marked(view):
    for names in (("conv2",), ("fc1", "fc3"), ()):
        view.show_selection(names)
        assert view.marked_lines() == tuple(sorted({line for name in names for line in LENET.lines[name]}))
    view.show_selection(("gone",))
    assert view.marked_lines() == ()


def test_a_click_on_a_line_names_its_layers(view, qtbot):
    text = view.findChild(_Text)
    line = LENET.lines["conv1"][0]
    text.bring_into_sight(line)
    cursor = QTextCursor(text.document().findBlockByNumber(line - 1))
    at = text.cursorRect(cursor).center()
    with qtbot.waitSignal(view.lines_chosen) as told:
        qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert "conv1" in told.args[0]


def test_copy_takes_the_whole_module(view, qtbot):
    qtbot.mouseClick(view.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == LENET.text


def test_without_a_source_it_says_why(view):
    view.show_reason("The network does not fit.")
    assert view.text() == ""
    assert not view.findChild(QPushButton).isEnabled()
