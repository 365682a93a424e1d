"""Every command once: its words, keys, menu and what it does; menus and the page of keys are made from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.window.window import MainWindow

Menu = Literal["file", "edit", "view", "train", "help"]


class Command(msgspec.Struct, frozen=True):
    """One entry of a menu. `keys` are portable key sequences, the first one is shown.

    A command on the canvas answers to its keys only there, so that Delete in a number field deletes a digit.
    """

    id: str
    menu: Menu
    title: str
    do: Callable[[], object]
    keys: tuple[str, ...] = ()
    on_canvas: bool = False
    separator: bool = False
    """Whether a line stands above it in the menu."""


def menu_titles() -> dict[Menu, str]:
    """The menus in their order."""
    translate = QCoreApplication.translate
    return {
        "file": translate("Commands", "&File"),
        "edit": translate("Commands", "&Edit"),
        "view": translate("Commands", "&View"),
        "train": translate("Commands", "&Train"),
        "help": translate("Commands", "&Help"),
    }


def commands(window: MainWindow) -> tuple[Command, ...]:
    """All commands of the window but undo, redo and the lists that are made while it runs."""
    translate = QCoreApplication.translate
    files, canvas, runs = window.files, window.canvas, window.runs
    return (
        Command(
            "backbones",
            "file",
            translate("Commands", "&Backbones…"),
            window.backbones.open,
            ("Ctrl+B",),
        ),
        Command("new", "file", translate("Commands", "&New"), files.new, ("Ctrl+N",)),
        Command("open", "file", translate("Commands", "&Open…"), files.open, ("Ctrl+O",)),
        Command("save", "file", translate("Commands", "&Save"), files.save, ("Ctrl+S",), separator=True),
        Command("save_as", "file", translate("Commands", "Save &as…"), files.save_as, ("Ctrl+Shift+S",)),
        Command("quit", "file", translate("Commands", "&Quit"), window.close, ("Ctrl+Q",), separator=True),
        Command("cut", "edit", translate("Commands", "Cu&t"), canvas.cut, ("Ctrl+X",), True, True),
        Command("copy", "edit", translate("Commands", "&Copy"), canvas.copy, ("Ctrl+C",), True),
        Command("paste", "edit", translate("Commands", "&Paste"), canvas.paste, ("Ctrl+V",), True),
        Command(
            "duplicate",
            "edit",
            translate("Commands", "&Duplicate"),
            canvas.duplicate_selection,
            ("Ctrl+D",),
            True,
        ),
        Command(
            "delete",
            "edit",
            translate("Commands", "De&lete"),
            canvas.delete_selection,
            ("Del", "Backspace"),
            True,
        ),
        Command(
            "group",
            "edit",
            translate("Commands", "&Group the selection"),
            window.group_selection,
            ("Ctrl+G",),
            True,
            True,
        ),
        Command(
            "ungroup",
            "edit",
            translate("Commands", "&Ungroup"),
            canvas.ungroup_selection,
            ("Ctrl+Shift+G",),
            True,
        ),
        Command(
            "select_all",
            "edit",
            translate("Commands", "Select &all"),
            canvas.select_everything,
            ("Ctrl+A",),
            True,
            True,
        ),
        Command(
            "remove_shortcuts",
            "edit",
            translate("Commands", "&Remove all shortcuts"),
            window.backbones.remove_shortcuts,
            separator=True,
        ),
        Command(
            "restore_shortcuts",
            "edit",
            translate("Commands", "R&estore all shortcuts"),
            window.backbones.restore_shortcuts,
        ),
        Command(
            "find_layer",
            "edit",
            translate("Commands", "&Find a layer type"),
            window.palette_.focus_search,
            ("/",),
            separator=True,
        ),
        Command(
            "open_fold",
            "view",
            translate("Commands", "&Open or close the selected block"),
            canvas.open_selected,
            ("Return", "Enter"),
            True,
        ),
        Command(
            "open_all", "view", translate("Commands", "Open &all blocks"), canvas.open_all, ("Ctrl+Alt+O",)
        ),
        Command(
            "close_all", "view", translate("Commands", "&Close all blocks"), canvas.close_all, ("Ctrl+Alt+C",)
        ),
        Command("fit", "view", translate("Commands", "&Fit the network"), canvas.fit, ("F",), True),
        Command("zoom_in", "view", translate("Commands", "Zoom &in"), canvas.zoom_in, ("Ctrl++", "Ctrl+=")),
        Command("zoom_out", "view", translate("Commands", "Zoom &out"), canvas.zoom_out, ("Ctrl+-",)),
        Command("zoom_reset", "view", translate("Commands", "&Actual size"), canvas.zoom_reset, ("Ctrl+0",)),
        Command(
            "train",
            "train",
            translate("Commands", "&Train, pause or resume"),
            runs.train_pause_or_resume,
            ("Ctrl+Return", "Ctrl+Enter"),
        ),
        Command(
            "stop",
            "train",
            translate("Commands", "&Stop and keep the weights"),
            window.trainer.stop,
            ("Ctrl+Alt+Return", "Ctrl+Alt+Enter"),
        ),
        Command(
            "further",
            "train",
            translate("Commands", "&One epoch more"),
            runs.train_further,
            ("Ctrl+E",),
        ),
        Command(
            "published",
            "train",
            translate("Commands", "Load &published weights"),
            window.published.load,
            separator=True,
        ),
        Command("keys", "help", translate("Commands", "&Keyboard and mouse"), window.show_keys, ("F1",)),
        Command("about", "help", translate("Commands", "&About Backbone"), window.show_about),
    )


def make_action(command: Command, window: QWidget, canvas: QWidget) -> QAction:
    """The action of a command; it belongs to the canvas where its keys shall work only there."""
    owner = canvas if command.on_canvas else window
    action = QAction(command.title, owner)
    action.setObjectName(command.id)
    action.setShortcuts([QKeySequence(keys) for keys in command.keys])
    action.setShortcutContext(
        Qt.ShortcutContext.WidgetWithChildrenShortcut
        if command.on_canvas
        else Qt.ShortcutContext.WindowShortcut
    )
    do = command.do
    action.triggered.connect(lambda: do())
    owner.addAction(action)
    return action
