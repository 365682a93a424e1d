"""A button without a frame: an icon, which words explain."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

from widgets.look.icon import icon


def bare_button(symbol: str, words: str) -> QToolButton:
    """Shows the icon `symbol`, if it has one; the words are its hint, and what screen readers call it."""
    button = QToolButton()
    button.setProperty("bare", True)
    if symbol:
        button.setIcon(icon(symbol))
        button.setIconSize(QSize(16, 16))
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
