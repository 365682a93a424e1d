"""The menu bar, made from the commands of all features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.feature.command import Command, MenuEntry, MenuName, Section, make_action, refresh_action
from app.feature.shown import Shown


class Menus(QObject):
    """Makes the menus and the actions in them. `actions` has these under the names of their commands."""

    def __init__(self, entries: Sequence[MenuEntry], toggles: Sequence[QAction], window: QWidget) -> None:
        """`toggles` show and hide the panels; they come first in their section."""
        super().__init__(window)
        self._window = window
        self.bar = QMenuBar()
        self._menus: dict[MenuName, QMenu] = {
            name: self.bar.addMenu(title) for name, title in _titles().items()
        }
        self.actions: dict[str, QAction] = {}
        self._changing: list[tuple[QAction, Command]] = []
        for section in Section:
            menu = self._menus[section.menu]
            if not menu.isEmpty():
                menu.addSeparator()
            if section is Section.PANELS:
                menu.addActions(toggles)
            self._fill(menu, (entry for entry in entries if entry.section is section))

    def _fill(self, menu: QMenu, entries: Iterable[MenuEntry]) -> None:
        for entry in entries:
            if isinstance(entry, Command):
                menu.addAction(self._action(entry))
            else:
                menu.addMenu(entry.make(self._window))

    def _action(self, command: Command) -> QAction:
        action = make_action(command, self._window)
        self.actions[command.id] = action
        if command.why_not is not None or not isinstance(command.title, str):
            self._changing.append((action, command))
        return action

    def show(self, shown: Shown) -> None:
        """Gives commands the words that fit the state, and disables what cannot be done in it."""
        for action, command in self._changing:
            refresh_action(action, command, shown)


def _titles() -> dict[MenuName, str]:
    """The menus in their order."""
    translate: Callable[[str, str], str] = QCoreApplication.translate
    return {
        "file": translate("Menus", "&File"),
        "edit": translate("Menus", "&Edit"),
        "view": translate("Menus", "&View"),
        "train": translate("Menus", "&Train"),
        "help": translate("Menus", "&Help"),
    }
