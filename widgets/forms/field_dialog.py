"""The base of dialogs that ask for one thing, and say at its field why it cannot be."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from widgets.forms.rows import Rows
from widgets.look import theme


class FieldDialog(QDialog):
    """Has a field and two buttons. It can only be accepted while nothing speaks against what is typed."""

    def __init__(self, title: str, words: str, field: QWidget, parent: QWidget | None = None) -> None:
        """`words` name what is asked for."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self._asked = field
        field.setAccessibleName(words)
        field.setMinimumWidth(theme.grown(240))
        self._rows = Rows()
        self._rows.add_row(words, field)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._accept_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.SPACE)
        column.addWidget(self._rows)
        column.addWidget(buttons)

    @Slot()
    def accept(self) -> None:
        """Closes, unless what is typed is refused."""
        if self._accept_button.isEnabled():
            super().accept()

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        """Says why it cannot be; an empty sentence lets it be."""
        self._rows.say(self._asked, sentence)
        self._accept_button.setEnabled(not sentence)
