"""Shortcuts on keyboard layouts without Latin letters: Ctrl+Я is Ctrl+Z where both lie on one key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QWindow
from PySide6.QtWidgets import QApplication, QMenuBar, QWidget

from widgets.controls.latin_keys import latin_key

_HELD = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class LatinShortcuts(QObject):
    """Watches the keys of each of the program's windows, once it has the focus.

    A key that Qt has not found a use for, and that bears a letter of another script, is given to the widgets
    and actions as the Latin one at its place. Typing is left alone.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self.watch)

    @Slot(QWindow)
    def watch(self, window: QWindow | None) -> None:
        """Watches the keys of this window from now on."""
        if window is not None:
            window.removeEventFilter(self)  # it may be watched already
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if QApplication.activePopupWidget() is not None:
            return False
        latin = latin_key(event)
        if latin is None or (not event.modifiers() & _HELD and _is_typed_into(QApplication.focusWidget())):
            return False
        return self._press(watched, event, latin)

    def _press(self, window: QObject, event: QKeyEvent, latin: Qt.Key) -> bool:
        focused = QApplication.focusWidget()
        if focused is None:
            return False
        asked = _as_latin(event, QEvent.Type.ShortcutOverride, latin)
        asked.ignore()
        QApplication.sendEvent(focused, asked)
        action = None if asked.isAccepted() else _action_for(asked, focused)
        if action is not None:
            if not (event.isAutoRepeat() and not action.autoRepeat()):
                action.trigger()
            return True
        if asked.isAccepted() or not _open_menu(asked, focused):
            QApplication.sendEvent(window, _as_latin(event, QEvent.Type.KeyPress, latin))
        return True


def _as_latin(event: QKeyEvent, kind: QEvent.Type, latin: Qt.Key) -> QKeyEvent:
    modifiers = event.modifiers()
    text = "" if modifiers & _HELD else chr(latin)
    if not modifiers & Qt.KeyboardModifier.ShiftModifier:
        text = text.lower()
    return QKeyEvent(
        kind,
        latin,
        modifiers,
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        text,
        event.isAutoRepeat(),
        event.count(),
    )


def _is_typed_into(widget: QWidget | None) -> bool:
    return widget is not None and widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def _main_window(widget: QWidget) -> QWidget:
    """The window whose shortcuts work in this widget; a panel that floats has those of the window it left."""
    window = widget.window()
    while window.windowType() == Qt.WindowType.Tool and (parent := window.parentWidget()) is not None:
        window = parent.window()
    return window


def _action_for(event: QKeyEvent, focused: QWidget) -> QAction | None:
    """The action whose keys these are where the focus is."""
    keys = QKeySequence(event.keyCombination())
    for action in _main_window(focused).findChildren(QAction):
        if action.isEnabled() and keys in action.shortcuts() and _reaches(action, focused):
            return action
    return None


def _reaches(action: QAction, focused: QWidget) -> bool:
    """Whether an action's keys work where the focus is."""
    owner = action.parent()
    if action.shortcutContext() != Qt.ShortcutContext.WidgetWithChildrenShortcut:
        return True
    return isinstance(owner, QWidget) and (owner is focused or owner.isAncestorOf(focused))


def _open_menu(event: QKeyEvent, focused: QWidget) -> bool:
    """Opens the menu whose letter this is, held with Alt. Whether there is one."""
    keys = QKeySequence(event.keyCombination())
    for bar in _main_window(focused).findChildren(QMenuBar):
        for action in bar.actions():
            if action.isEnabled() and keys == QKeySequence.mnemonic(action.text()) != QKeySequence():
                bar.setActiveAction(action)
                return True
    return False
