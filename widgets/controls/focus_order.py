"""The order in which the Tab key visits what is put into a window late."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


class Door(QWidget):
    """Marks the place of a widget in the order of the Tab key, for what is put into that widget later.

    Qt puts whatever comes into a window behind all that is there, and orders only what the Tab key stops at.
    A door is such a thing that is never visible, so the key passes it by.
    """

    def __init__(self, parent: QWidget) -> None:
        """Made before anything else is put into the parent."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    def let_in(self, inside: QWidget) -> None:
        """Lets the Tab key visit what is inside of a widget right behind the door; its own order stays."""
        before: QWidget = self
        for widget in _visited(inside):
            QWidget.setTabOrder(before, widget)
            before = widget


def _visited(inside: QWidget) -> list[QWidget]:
    """What the Tab key stops at in a widget, and the widget itself, in their order."""
    found: list[QWidget] = []
    widget: QWidget | None = inside
    while widget is not None:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
        widget = widget.nextInFocusChain()
        if widget is None or widget is inside or not inside.isAncestorOf(widget):
            break
    return found
