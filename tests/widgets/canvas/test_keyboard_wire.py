"""Wires are drawn, chosen and removed, and cards moved, by keys alone; each step is read out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from networks.graph import edits
from networks.graph.network import Network, Node, Wire
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from networks.presets.lenet import lenet5
from tests.widgets.canvas.canvas_document import Document, assert_shows

Key = Qt.Key
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def lenet(qtbot):
    return Document(qtbot, lenet5())


@pytest.fixture
def skip(qtbot):
    """input → a → b → add → output; the second input of add is free."""
    nodes = (
        Node("input", Input(channels=3, size=(8, 8))),
        Node("a", Conv2d(3, padding=(1, 1)), ("input",)),
        Node("b", ReLU(), ("a",)),
        Node("add", Add(), ("b",)),
        Node("output", Output(), ("add",)),
    )
    return Document(qtbot, Network(nodes))


def press(document, *keys, modifiers=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(document.view, key, modifiers)


def test_a_wire_is_drawn_by_keys_as_if_by_the_mouse(skip):
    by_mouse = edits.connect(skip.network, "input", "add")
    skip.view.select(("input",))
    press(skip, Key.Key_W)
    assert len(skip.networks) == 1
    while skip.view._interpreter.focused() != "add":
        press(skip, Key.Key_Down)
    press(skip, Key.Key_Return)
    assert skip.network == by_mouse
    assert skip.texts == ["Connect input to add"]
    assert skip.view.selected() == ("input",)
    assert_shows(skip.scene, skip.network, 10)


def test_arrows_go_through_all_ends_and_stop_at_the_last(skip):
    prompts = []
    skip.view.prompted.connect(prompts.append)
    skip.view.select(("a",))
    press(skip, Key.Key_W, Key.Key_Up, Key.Key_Down, Key.Key_Right, Key.Key_Down)
    assert [words.split(":")[0] for words in prompts] == ["Wire from a to add", "Wire from a to output"]
    assert all("Enter" in words for words in prompts)
    press(skip, Key.Key_Left, Key.Key_Escape)
    assert prompts[-2].startswith("Wire from a to add")
    assert prompts[-1] == ""
    assert len(skip.networks) == 1
    assert_shows(skip.scene, skip.network, 10)


def test_what_the_wire_aims_at_is_read_out_and_lies_in_sight(qtbot, monkeypatch):
    document = Document(qtbot, lenet5(), size=(500, 260))
    heard = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)

    def update(event):
        if event.type() == QAccessible.Event.Focus:
            heard.append(event.accessibleInterface().text(QAccessible.Text.Name))

    monkeypatch.setattr(QAccessible, "updateAccessibility", update)
    document.view.activateWindow()
    document.view.setFocus()
    qtbot.waitUntil(document.view.hasFocus)
    document.view.camera.zoom_reset()
    document.view.select(("input",))
    press(document, Key.Key_W, *[Key.Key_Down] * 20)
    target = document.view._interpreter.focused()
    assert target == "output"
    assert heard[-1] == "output, Output"
    assert document.view.camera.visible_rect().contains(document.scene.rect_of(target))
    press(document, Key.Key_Escape)


def test_a_loose_card_is_the_first_end(lenet):
    network, name = edits.place(lenet.network, ReLU())
    lenet.show(network)
    lenet.view.select(("conv1",))
    press(lenet, Key.Key_W, Key.Key_Enter)
    assert lenet.network[name].inputs == ("conv1",)


def test_other_keys_and_the_mouse_wait_until_the_wire_is_done(skip):
    skip.view.select(("input",))
    press(skip, Key.Key_W, Key.Key_Delete, Key.Key_W)
    assert len(skip.networks) == 1
    assert skip.view.selected() == ("input",)
    QTest.mouseClick(skip.view.viewport(), Qt.MouseButton.LeftButton, pos=skip.middle("b"))
    press(skip, Key.Key_Return)
    assert len(skip.networks) == 1
    assert_shows(skip.scene, skip.network, 10)


def test_without_a_beginning_or_an_end_it_is_said_why(skip):
    skip.view.select(())
    press(skip, Key.Key_W)
    assert "Select the layer" in str(skip.refusals[-1])
    skip.view.select(("output",))
    press(skip, Key.Key_W)
    assert "output" in str(skip.refusals[-1])
    assert len(skip.refusals) == 2


def test_wires_of_a_card_are_chosen_in_turn_and_removed(skip):
    skip.view.select(("b",))
    chosen = []
    for _ in range(3):
        press(skip, Key.Key_W, modifiers=SHIFT)
        chosen += skip.view.selected_wires()
    assert chosen == [Wire("a", "b", 0), Wire("b", "add", 0), Wire("a", "b", 0)]
    press(skip, Key.Key_Delete)
    assert skip.network["b"].inputs == ()


def test_cards_move_by_keys_and_back(lenet):
    before = lenet.network
    lenet.view.select(("tanh1",))
    press(lenet, Key.Key_Down, modifiers=ALT)
    assert lenet.network["tanh1"].inputs == ("pool1",)
    assert lenet.network["conv2"].inputs == ("tanh1",)
    assert lenet.view.selected() == ("tanh1",)
    press(lenet, Key.Key_Up, modifiers=ALT)
    assert {node.name: node for node in lenet.network.nodes} == {node.name: node for node in before.nodes}
    assert lenet.texts == ["Move Tanh", "Move Tanh"]


def test_cards_do_not_move_beyond_the_ends(lenet):
    lenet.view.select(("conv1",))
    press(lenet, Key.Key_Up, modifiers=ALT)
    lenet.view.select(("fc3",))
    press(lenet, Key.Key_Down, modifiers=ALT)
    lenet.view.select(())
    press(lenet, Key.Key_Down, modifiers=ALT)
    assert len(lenet.networks) == 1
    assert "further up" in str(lenet.refusals[0])
    assert "Nothing is selected" in str(lenet.refusals[-1])
