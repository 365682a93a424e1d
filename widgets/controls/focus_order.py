"""The order in which the Tab key visits what is put into a window late."""

from __future__ import annotations

from collections.abc import Iterator

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
        """Lets the Tab key visit a widget and what is inside right behind the door, in the order of its tree.

        That is the order in which it was put together. To walk along Qt's own chain is no way: PySide takes
        each widget that it gives there for a child of the one before, and destroys it with that.

        All of it moves, also what only hands the focus on: left behind, it would lead the key back.
        """
        moved = list(_tree(inside))
        policies = [(widget, widget.focusPolicy()) for widget in moved]
        for widget in moved:
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for before, widget in zip((self, *moved), moved, strict=False):
            QWidget.setTabOrder(before, widget)
        # what hands the focus on hands its policy on, too: those that the key stops at have the last word
        for widget, policy in sorted(policies, key=lambda kept: bool(kept[1] & Qt.FocusPolicy.TabFocus)):
            widget.setFocusPolicy(policy)


def _tree(widget: QWidget) -> Iterator[QWidget]:
    """A widget and all that is in the same window within it."""
    yield widget
    for child in widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if not child.isWindow():
            yield from _tree(child)
