"""On a keyboard layout without Latin letters, shortcuts work by the place of their keys, and typing types."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from networks.layers.rectifiers import ReLU
from networks.presets.lenet import lenet5
from networks.project.project import Project
from tests.app.window.opened import OpenedWindow

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NO_KEYS = Qt.KeyboardModifier.NoModifier
# the scan codes of X11, which the offscreen platform has none of
SCAN = {"я": 52, "ф": 38, "а": 41, "с": 54, "м": 55, "н": 29, "В": 40, "Я": 52}


@pytest.fixture
def window(qtbot):
    opened = OpenedWindow(Project(network=lenet5()))
    with qtbot.waitActive(opened):
        opened.show()
        opened.activateWindow()
    opened.canvas.setFocus()
    yield opened
    opened.document.history.setClean()
    opened.close()
    opened.deleteLater()


def press(window, letter, modifiers=NO_KEYS):
    """As the window system does: the key goes to the window."""
    text = "" if modifiers & (CONTROL | ALT) else letter
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, ord(letter.upper()), modifiers, SCAN[letter], 0, 0, text)
        QApplication.sendEvent(window.windowHandle(), event)


def test_shortcuts_of_the_window_work_by_place(window):
    before = window.document.project
    window.canvas.editing.add(ReLU())
    assert window.document.project != before
    press(window, "я", CONTROL)
    assert window.document.project == before
    press(window, "Я", CONTROL | SHIFT)
    assert window.document.project != before


def test_shortcuts_of_the_canvas_work_by_place_and_only_there(window):
    press(window, "ф", CONTROL)
    assert len(window.canvas.selected()) == len(window.document.project.network.nodes)
    window.canvas.select(())
    window.palette_.focus_search()
    press(window, "ф", CONTROL)
    assert window.canvas.selected() == ()


def test_single_letters_work_on_the_canvas(window):
    window.canvas.camera.zoom_reset()
    near = window.canvas.camera.zoom()
    press(window, "а")
    assert window.canvas.camera.zoom() != near


def test_typing_types_and_editing_keys_edit(window):
    window.palette_.focus_search()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    press(window, "я")
    press(window, "ф")
    assert field.text() == "яф"
    before = window.document.project
    press(window, "ф", CONTROL)
    assert field.selectedText() == "яф"
    # undo in a field with text of its own undoes typing, as with Latin letters
    press(window, "я", CONTROL)
    assert field.text() != "яф"
    assert window.document.project == before


def test_a_menu_opens_by_its_letter(window, qtbot):
    press(window, "а", ALT)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    assert QApplication.activePopupWidget().title() == "&File"
    QApplication.activePopupWidget().close()


def test_the_canvas_takes_no_composed_text_which_an_input_method_would_wait_for(window):
    assert not window.canvas.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert not window.canvas.viewport().testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
