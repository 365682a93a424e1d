"""What screen readers are told of a widget that paints itself."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def tell(widget: QWidget, words: str) -> None:
    """Describes the widget by these words; Qt lets screen readers know where they are others than before."""
    if words != widget.accessibleDescription():
        widget.setAccessibleDescription(words)


def announce(widget: QWidget, words: str) -> None:
    """Has screen readers say these words at once, whatever has the focus."""
    if words and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
