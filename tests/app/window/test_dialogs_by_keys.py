"""Every dialog is walked by keys: the focus is in it, Tab stays within and comes round, Escape closes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.building.layer_types import LayerTypes
from app.features.program.about import About
from networks.blocks.residual import Residual
from networks.graph.saved_blocks import saved_block
from tests.app.window.opened import OpenedWindow
from tests.networks.graph.random_folds import stack


@pytest.fixture
def window(qtbot):
    window = OpenedWindow(everything=True)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    yield window
    window.desk.document.history.setClean()
    window.close()


def block():
    return saved_block(stack(Residual(4), Residual(8, 2)), "b1")


OPENERS = {
    "about": lambda window: window.feature(About).open(),
    "keys": lambda window: window.show_keys(),
    "rename": lambda window: window.feature(LayerTypes).ask_name(block()),
    "remove": lambda window: window.feature(LayerTypes).ask_remove(block()),
    "backbones": lambda window: window.menus.actions["backbones"].trigger(),
}


@pytest.mark.parametrize("name", OPENERS)
def test_a_dialog_is_walked_by_keys(window, qtbot, answered_dialogs, name):
    seen = {}

    def walk():
        dialog = QApplication.activeModalWidget() or QApplication.activeWindow()
        try:
            first = QApplication.focusWidget()
            seen["inside"] = dialog is not window and dialog.isAncestorOf(first)
            walked = []
            for _ in range(60):
                QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
                walked.append(QApplication.focusWidget())
                if walked[-1] is first:
                    break
            seen["round"] = walked[-1] is first
            seen["within"] = all(dialog.isAncestorOf(each) for each in walked)
            seen["named"] = all(
                bool(each.accessibleName() or getattr(each, "text", str)()) for each in walked
            )
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
            seen["closed"] = not dialog.isVisible()
        finally:
            dialog.close()

    def walk_once_it_is_active():
        if QApplication.activeWindow() is not window and QApplication.focusWidget() is not None:
            waiting.stop()
            walk()

    waiting = QTimer(interval=20)
    waiting.timeout.connect(walk_once_it_is_active)
    waiting.start()
    OPENERS[name](window)
    qtbot.waitUntil(lambda: "closed" in seen)
    assert seen == dict.fromkeys(("inside", "round", "within", "named", "closed"), True)


@pytest.mark.parametrize("width", [960, 1900])
def test_alt_and_a_letter_opens_a_menu_also_where_the_menus_are_folded_away(window, qtbot, width):
    window.resize(width, 560)
    qtbot.waitUntil(lambda: window.menus.bar.isVisible() == (width > 1000))
    QTest.keyClick(window.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    opened = QApplication.activePopupWidget()
    assert window.undo_action in opened.actions()
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.isVisible()
