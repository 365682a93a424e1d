"""A whole LeNet is built from an empty project and trained by keys alone, without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.training.trainer import State
from networks.graph.network import Network
from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import Flatten, Linear
from networks.layers.pooling import AvgPool2d
from networks.project.project import Project
from networks.runs.events import Finished
from tests.app.window.opened import OpenedWindow

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot):
    project = Project(network=Network())
    opened = OpenedWindow(project)
    opened.canvas.animated = False
    opened.resize(1480, 920)
    with qtbot.waitActive(opened):
        opened.show()
        opened.activateWindow()
    opened.canvas.setFocus()
    yield opened
    opened.trainer.close()
    opened.document.history.setClean()
    opened.close()
    opened.deleteLater()


def press(*keys, modifiers=NO_KEYS):
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key, modifiers)
        QApplication.processEvents()  # between two keys a person leaves time for what the first one did


def add(window, words: str) -> str:
    """Adds a layer by its name in the palette's search. Gives the name that it got."""
    before = set(window.document.project.network.by_name)
    to_canvas(window)
    press(Key.Key_Slash)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    assert field.objectName() == "search"
    press(Key.Key_A, modifiers=CONTROL)
    QTest.keyClicks(field, words)
    press(Key.Key_Return)
    (name,) = set(window.document.project.network.by_name) - before
    return name


def to_canvas(window) -> None:
    """Goes on to the canvas by the Tab key, wherever the focus is."""
    for _ in range(60):
        if QApplication.focusWidget() is window.canvas:
            return
        press(Key.Key_Tab)
    pytest.fail("the Tab key does not lead to the canvas")


def set_field(window, name: str, text: str) -> None:
    """Reaches a field of what is selected by the Tab key, and types into it."""
    to_canvas(window)
    for _ in range(60):
        press(Key.Key_Tab)
        if QApplication.focusWidget().objectName() == name:
            break
    else:
        pytest.fail(f"the Tab key does not lead to {name}")
    press(Key.Key_A, modifiers=CONTROL)
    QTest.keyClicks(QApplication.focusWidget(), text)
    press(Key.Key_Return)


def walk_to(window, name: str) -> None:
    """Goes to a layer by arrow keys, from the first one down."""
    to_canvas(window)
    press(Key.Key_Escape, *[Key.Key_Up] * 20)
    for _ in range(20):
        if window.canvas.selected() == (name,):
            return
        press(Key.Key_Down)
    pytest.fail(f"arrow keys do not lead to {name}")


def build_lenet(window) -> None:
    add(window, "input")
    add(window, "conv2d")
    set_field(window, "filters", "6")
    for words in ("tanh", "avgpool", "conv2d"):
        add(window, words)
    set_field(window, "filters", "16")
    for words in ("tanh", "avgpool", "flatten"):
        add(window, words)
    for features in ("120", "84"):
        add(window, "linear")
        set_field(window, "features", features)
        add(window, "tanh")
    add(window, "linear")
    set_field(window, "features", "10")
    add(window, "output")


def test_a_lenet_is_built_and_trained_by_keys_alone(window, qtbot):
    build_lenet(window)
    built = window.document.project.network
    kinds = [type(built[name].layer) for name in built.order]
    c, p, t = Conv2d, AvgPool2d, Tanh
    assert kinds == [Input, c, t, p, c, t, p, Flatten, Linear, t, Linear, t, Linear, Output]
    assert [layer.filters for layer in (built[n].layer for n in built.order) if isinstance(layer, c)] == [
        6,
        16,
    ]
    wide = [layer.features for layer in (built[n].layer for n in built.order) if isinstance(layer, Linear)]
    assert wide == [120, 84, 10]

    # a wire is taken out, and drawn anew
    walk_to(window, "flatten1")
    press(Key.Key_W, modifiers=SHIFT)
    press(Key.Key_Delete)
    cut = window.document.project.network
    assert cut["flatten1"].inputs == ()
    walk_to(window, built["flatten1"].inputs[0])
    press(Key.Key_W, Key.Key_Return)
    assert window.document.project.network == built

    set_field(window, "epochs", "2")
    assert window.document.project.recipe.learning.epochs == 2
    with qtbot.waitSignal(window.runs.ended, timeout=60_000):
        press(Key.Key_Return, modifiers=CONTROL)
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE)
    (record,) = window.runs.records
    assert isinstance(record.ended, Finished)
    assert record.ended.reason == "finished"
