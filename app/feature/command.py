"""What a feature puts into the menus: commands with their words and keys, and menus of its own."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Literal

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.feature.shown import Shown
from widgets.look.icon import icon
from widgets.look.plain import plain_hint

MenuName = Literal["file", "edit", "view", "train", "help"]


class Section(Enum):
    """The parts of the menus, in their order; a line separates the parts of one menu."""

    PROJECT = ("file", "where a project comes from")
    SAVING = ("file", "where a project goes")
    QUIT = ("file", "the end")
    HISTORY = ("edit", "undo and redo")
    CLIPBOARD = ("edit", "copies")
    GROUPS = ("edit", "groups")
    SELECTION = ("edit", "what is selected")
    SHORTCUTS = ("edit", "shortcuts of residual blocks")
    FINDING = ("edit", "finding something")
    CANVAS = ("view", "how the canvas shows the network")
    PANELS = ("view", "panels and appearance")
    RUN = ("train", "runs")
    WEIGHTS = ("train", "weights to start from")
    HELP = ("help", "help")

    @property
    def menu(self) -> MenuName:
        """The menu that it is a part of."""
        return self.value[0]


class Scope(msgspec.Struct, frozen=True, eq=False):
    """Where keys work: in one widget and what lies in it."""

    title: str
    """As a heading on the page of keys: “On the canvas”."""
    widget: QWidget


class Command(msgspec.Struct, frozen=True, eq=False):
    """A menu entry with keys. The keys work in the whole window, or only in the command's scope.

    Thanks to the scope of the canvas, Delete in a number field deletes a digit and not a layer.
    """

    id: str
    section: Section
    title: str | Callable[[Shown], str]
    """With `&` before the letter that selects it in the menu; a function if the words change."""
    do: Callable[[], object]
    keys: tuple[str, ...] = ()
    """Portable key sequences; the first one is shown in the menu."""
    scope: Scope | None = None
    why_not: Callable[[Shown], str] | None = None
    """Returns the sentence that says why the command cannot be used now, or an empty one."""
    icon: str = ""
    """A command with an icon is on the toolbar as well."""
    named: str = ""
    """What the page of keys calls it, if that is not the title."""


class Submenu(msgspec.Struct, frozen=True, eq=False):
    """A menu within a menu, such as Export."""

    section: Section
    make: Callable[[QWidget], QMenu]
    """Makes the menu, as a child of the window that it is given."""


MenuEntry = Command | Submenu


def make_action(command: Command, window: QWidget) -> QAction:
    """Makes the action of a command. It belongs to the widget in which its keys work."""
    owner = window if command.scope is None else command.scope.widget
    action = QAction(owner)
    if isinstance(command.title, str):
        action.setText(command.title)
    action.setObjectName(command.id)
    action.setShortcuts([QKeySequence(keys) for keys in command.keys])
    action.setShortcutContext(
        Qt.ShortcutContext.WindowShortcut
        if command.scope is None
        else Qt.ShortcutContext.WidgetWithChildrenShortcut
    )
    if command.icon:
        action.setIcon(icon(command.icon))
    do = command.do
    action.triggered.connect(lambda: do())
    owner.addAction(action)
    return action


def refresh_action(action: QAction, command: Command, shown: Shown) -> None:
    """Updates the words of a command's action, and whether it is enabled."""
    if not isinstance(command.title, str):
        action.setText(command.title(shown))
    if command.why_not is not None:
        reason = command.why_not(shown)
        action.setEnabled(not reason)
        # without a reason the title is shown, which may name a step and so a group of the user's
        action.setToolTip(plain_hint(reason or action.text().replace("&", "")))
