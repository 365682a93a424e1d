"""Every key of the canvas's table does what the table says, and no key stands in it twice."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from widgets.canvas.input.keys import CANVAS_KEYS, CanvasCommand, command_of, way_of

CASES = [(each.command, keys) for each in CANVAS_KEYS for keys in each.keys]


def pressed(keys: str, more: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> QKeyEvent:
    one = QKeySequence(keys)[0]
    return QKeyEvent(QEvent.Type.KeyPress, one.key(), one.keyboardModifiers() | more)


@pytest.mark.parametrize(("command", "keys"), CASES)
def test_every_declared_key_gives_its_command(qapp, command, keys):
    assert QKeySequence(keys).toString() == keys
    assert command_of(pressed(keys)) == command
    assert command_of(pressed(keys, Qt.KeyboardModifier.KeypadModifier)) == command


def test_every_command_has_keys_and_words_and_no_key_two_commands():
    assert [each.command for each in CANVAS_KEYS] == list(get_args(CanvasCommand))
    assert all(str(each.words) for each in CANVAS_KEYS)
    assert max(Counter(keys for _, keys in CASES).values()) == 1


def test_plus_is_found_where_it_lies_on_a_shifted_key(qapp):
    assert command_of(pressed("+", Qt.KeyboardModifier.ShiftModifier)) == "zoom_in"


@pytest.mark.parametrize("keys", ["G", "Ctrl+Return", "Ctrl+Shift+D", "Alt+F", "Ctrl+0", "Home"])
def test_other_keys_are_left_to_the_window(qapp, keys):
    assert command_of(pressed(keys)) is None


def test_arrows_point_their_way(qapp):
    (walk,) = (each for each in CANVAS_KEYS if each.command == "walk")
    assert [way_of(pressed(keys)) for keys in walk.keys] == ["up", "down", "left", "right"]


@pytest.mark.parametrize("key", [0, 0x4E2D, Qt.Key.Key_unknown, Qt.Key.Key_Dead_Acute])
def test_keys_without_a_name_are_left_to_the_window(qapp, key):
    assert command_of(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)) is None
