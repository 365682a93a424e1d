"""Light, dark or like the system: applied at once and remembered."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.feature.command import MenuEntry, Section, Submenu
from app.feature.desk import Desk
from app.feature.feature import Feature
from widgets.look import theme


class Appearance(Feature):
    """The theme. It comes first among the features: widgets are made in the theme that is chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        _apply(desk.settings.read().theme)

    def commands(self) -> tuple[MenuEntry, ...]:
        return (Submenu(Section.PANELS, self.menu),)

    def menu(self, window: QWidget) -> QMenu:
        """The menu that chooses the theme."""
        menu = QMenu(self.tr("&Theme"), window)
        group = QActionGroup(window)
        titles: dict[theme.Mode, str] = {
            "system": self.tr("Like the &system"),
            "light": self.tr("&Light"),
            "dark": self.tr("&Dark"),
        }
        chosen = self.desk.settings.read().theme
        for mode, title in titles.items():
            action = QAction(title, window)
            action.setObjectName(f"theme_{mode}")
            action.setCheckable(True)
            action.setChecked(mode == chosen)
            action.triggered.connect(partial(self._choose, mode))
            group.addAction(action)
            menu.addAction(action)
        return menu

    def _choose(self, mode: theme.Mode, checked: bool = True) -> None:
        self.desk.settings.change_soon(theme=mode)
        _apply(mode, soon=True)


def _apply(mode: theme.Mode, *, soon: bool = False) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply_theme(application, mode, soon=soon)
