"""The button that saves what a room shows as a picture."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.look.icon import icon, put_beside_words


class SaveButton(QToolButton):
    """Has its words beside its icon, or the icon alone where room is scarce."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("Save picture…"))
        self.setIcon(icon("export"))
        self.setProperty("outlined", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.shorten(False)

    def shorten(self, short: bool) -> None:
        """Leaves out the words where there is no room for them."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonIconOnly if short else style.ToolButtonTextBesideIcon)
        put_beside_words(self, worded=not short)
