"""Empties a menu that is filled anew: Qt removes the entries, and keeps the menus within it for ever."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu


def clear_menu(menu: QMenu) -> None:
    """Removes all entries, and has the menus within it deleted."""
    within = [action.menu() for action in menu.actions()]
    menu.clear()
    for each in within:
        if isinstance(each, QMenu):
            each.deleteLater()
