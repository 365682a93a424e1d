"""The keys that the canvas answers to, declared once: the canvas acts on this table, help pages print it."""

from __future__ import annotations

from typing import Literal

import msgspec
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from networks.core.message import Message, message
from widgets.canvas.input.navigation import Way
from widgets.controls.latin_keys import latin_key

CanvasCommand = Literal[
    "select_all",
    "copy",
    "cut",
    "paste",
    "duplicate",
    "delete",
    "escape",
    "fit",
    "zoom_in",
    "zoom_out",
    "zoom_reset",
    "hold_to_pan",
    "walk",
    "walk_and_add",
    "move",
    "draw_wire",
    "select_wire",
]
"""What a key does. Where the window has a command for the same thing, it bears the same name there."""


class CanvasKeys(msgspec.Struct, frozen=True):
    """One command of the canvas with its keys, and what it does in words (translate them with `said`)."""

    command: CanvasCommand
    keys: tuple[str, ...]
    """Portable texts of `QKeySequence`, such as "Ctrl+A"; the first one is the one to show in a menu."""
    words: Message
    standard: QKeySequence.StandardKey | None = None
    """Whatever else the platform uses for this, such as Ctrl+Insert for copying."""


CANVAS_KEYS = (
    CanvasKeys("select_all", ("Ctrl+A",), message("Select all"), QKeySequence.StandardKey.SelectAll),
    CanvasKeys("copy", ("Ctrl+C",), message("Copy"), QKeySequence.StandardKey.Copy),
    CanvasKeys("cut", ("Ctrl+X",), message("Cut"), QKeySequence.StandardKey.Cut),
    CanvasKeys("paste", ("Ctrl+V",), message("Paste"), QKeySequence.StandardKey.Paste),
    CanvasKeys("duplicate", ("Ctrl+D",), message("Duplicate")),
    CanvasKeys("delete", ("Del", "Backspace"), message("Delete")),
    CanvasKeys("escape", ("Esc",), message("Cancel the drag, or select nothing")),
    CanvasKeys("fit", ("F",), message("Fit the network")),
    CanvasKeys("zoom_in", ("+", "="), message("Zoom in")),
    CanvasKeys("zoom_out", ("-",), message("Zoom out")),
    CanvasKeys("zoom_reset", ("0",), message("Actual size")),
    CanvasKeys("hold_to_pan", ("Space",), message("Move the view by dragging while it is held")),
    CanvasKeys("walk", ("Up", "Down", "Left", "Right"), message("Walk along the wires")),
    CanvasKeys(
        "walk_and_add",
        ("Shift+Up", "Shift+Down", "Shift+Left", "Shift+Right"),
        message("Walk along the wires and add to the selection"),
    ),
    CanvasKeys("move", ("Alt+Up", "Alt+Down"), message("Move the selected layers up or down by one")),
    CanvasKeys(
        "draw_wire",
        ("W",),
        message("Draw a wire from the selected layer: arrows choose its end, Enter connects, Esc cancels"),
    ),
    CanvasKeys("select_wire", ("Shift+W",), message("Select the next wire of the selected layer")),
)
"""Every key of the canvas. In the window, a key that a menu names as well goes to the menu first."""

_WAYS: dict[int, Way] = {
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
}
_COMMANDS: dict[str, CanvasCommand] = {keys: one.command for one in CANVAS_KEYS for keys in one.keys}


def command_of(event: QKeyEvent) -> CanvasCommand | None:
    """What the canvas does at this key; None for keys that it leaves to the window."""
    for one in CANVAS_KEYS:
        if one.standard is not None and event.matches(one.standard):
            return one.command
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    command = _COMMANDS.get(_portable(event, modifiers))
    if command is None and modifiers == Qt.KeyboardModifier.ShiftModifier:
        # on many keyboards `+` and `=` lie on shifted keys
        command = _COMMANDS.get(_portable(event, Qt.KeyboardModifier.NoModifier))
    return command


def way_of(event: QKeyEvent) -> Way:
    """Where an arrow key points."""
    return _WAYS[event.key()]


def _portable(event: QKeyEvent, modifiers: Qt.KeyboardModifier) -> str:
    """The key as the table writes it, by its place where the layout has no Latin letter there."""
    key = latin_key(event) or Qt.Key(event.key())
    return QKeySequence(QKeyCombination(modifiers, key)).toString()
