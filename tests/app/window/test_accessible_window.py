"""Whatever can have the focus says what it is to a screen reader, in an order that follows the eye."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QProgressBar, QWidget

from networks.graph import edits
from networks.layers import layer_types
from networks.layers.base import Group
from networks.presets.lenet import lenet5
from networks.project.project import Project
from tests.app.window.opened import OpenedWindow

NAMELESS = (QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane)


def every_layer_type():
    network = lenet5()
    for group in Group:
        for kind in layer_types(group):
            network, _ = edits.place(network, kind())
    return network


@pytest.fixture
def window(qtbot):
    opened = OpenedWindow(Project(network=every_layer_type()), everything=True)
    opened.canvas.animated = False
    opened.resize(1480, 920)
    with qtbot.waitActive(opened):
        opened.show()
        opened.activateWindow()
    yield opened
    opened.document.history.setClean()
    opened.close()
    opened.deleteLater()


def focusable(top: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in top.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and widget.isVisibleTo(top)
    ]


def whereabouts(widget: QWidget) -> str:
    path = []
    while widget is not None:
        path.append(f"{type(widget).__name__} {widget.objectName()}".strip())
        widget = widget.parentWidget()
    return " in ".join(path)


def assert_all_speak(top: QWidget) -> None:
    for widget in focusable(top):
        speaker = QAccessible.queryAccessibleInterface(widget)
        assert speaker.text(QAccessible.Text.Name).strip(), whereabouts(widget)
        assert speaker.role() not in NAMELESS, whereabouts(widget)


@pytest.mark.parametrize("size", [(1480, 920), (1100, 700), (960, 540)], ids=str)
def test_everything_in_the_window_has_a_name_and_a_role(window, size):
    window.resize(*size)
    QApplication.processEvents()
    assert len(focusable(window)) > 10
    assert_all_speak(window)


def test_every_field_of_every_layer_type_has_a_name(window):
    for node in window.document.project.network.nodes:
        window.canvas.select((node.name,))
        assert_all_speak(window.selection_panel)
    window.canvas.select_everything()
    assert_all_speak(window.selection_panel)


@pytest.mark.parametrize("command", ["keys", "backbones"])
def test_everything_in_dialogs_has_a_name_and_a_role(window, qtbot, command):
    entry = next(entry for entry in window.commands() if entry.id == command)
    before = set(QApplication.topLevelWidgets())
    entry.do()

    def opened():
        return [top for top in QApplication.topLevelWidgets() if top not in before and top.isVisible()]

    qtbot.waitUntil(lambda: bool(opened()))
    for top in opened():
        assert_all_speak(top)
        top.close()


def test_what_the_status_line_says_is_read_out(window, monkeypatch):
    heard = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)

    def update(event):
        if event.type() == QAccessible.Event.Announcement:
            heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", update)
    window.canvas.select(("input",))
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_W)
    assert heard == [window.statusBar().currentMessage()]
    assert "Enter connects" in heard[0]
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert len(heard) == 1


def test_the_progress_is_a_progress_bar_with_a_name(window):
    bar = QAccessible.queryAccessibleInterface(window.bar.findChild(QProgressBar))
    assert bar.role() == QAccessible.Role.ProgressBar
    assert bar.text(QAccessible.Text.Name)


def test_the_tab_key_follows_the_eye_within_each_panel(window, qtbot):
    window.canvas.select(("conv1",))
    for panel in (panel for feature in window.features for panel in feature.panels()):
        # layouts may take a few rounds until nothing moves any more
        qtbot.waitUntil(lambda panel=panel: assert_follows_the_eye(panel.widget, window))


def assert_follows_the_eye(top: QWidget, window: QWidget) -> None:
    for one, other in pairwise(tabbed(top)):
        before, after = place(one, window), place(other, window)
        same_line = after.top() < before.bottom() and before.top() < after.bottom()
        follows = after.left() > before.left() if same_line else after.top() > before.top()
        assert follows, f"{whereabouts(one)} {before}, then {whereabouts(other)} {after}"


def tabbed(top: QWidget) -> list[QWidget]:
    """What the Tab key reaches in a widget, in its order."""
    order, widget = [], top.nextInFocusChain()
    while widget is not top:
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if reached and widget.isVisible() and widget.isEnabled() and top.isAncestorOf(widget):
            order.append(widget)
        widget = widget.nextInFocusChain()
    return order


def place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
