"""Light, dark or like the system: applied at once and remembered."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.session.settings import Settings
from widgets.look import theme


def apply_theme(mode: theme.Mode) -> None:
    """Shows the whole application in this theme."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply_theme(application, mode)


def theme_menu(settings: Settings, window: QWidget) -> QMenu:
    """The menu that chooses the theme."""
    translate = QCoreApplication.translate
    menu = QMenu(translate("Appearance", "&Theme"), window)
    group = QActionGroup(window)
    titles: dict[theme.Mode, str] = {
        "system": translate("Appearance", "Like the &system"),
        "light": translate("Appearance", "&Light"),
        "dark": translate("Appearance", "&Dark"),
    }
    for mode, title in titles.items():
        action = QAction(title, window)
        action.setObjectName(f"theme_{mode}")
        action.setCheckable(True)
        action.setChecked(mode == settings.read().theme)
        action.triggered.connect(partial(_choose, mode, settings))
        group.addAction(action)
        menu.addAction(action)
    return menu


def _choose(mode: theme.Mode, settings: Settings, checked: bool = True) -> None:
    settings.change(theme=mode)
    apply_theme(mode)
