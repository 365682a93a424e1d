"""A dialog that asks for a whole number and says at the field why a number cannot be."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from networks.core.fields import Field
from widgets.forms.number_field import NumberField
from widgets.forms.rows import Rows
from widgets.look import theme


class NumberDialog(QDialog):
    """It can only be accepted with a number within the bounds, which is never made of one beyond them."""

    def __init__(
        self, title: str, words: str, number: int, low: int, high: int, parent: QWidget | None = None
    ) -> None:
        """`words` name the number."""
        super().__init__(parent)
        self.setObjectName("number_dialog")
        self.setWindowTitle(title)
        self.number = number
        self.field = NumberField(Field("number", "whole", words, "", number, low=low, high=high))
        self.field.setAccessibleName(words)
        self.field.setMinimumWidth(theme.grown(240))
        self.field.show_number(number, number)
        self.field.selectAll()
        self.field.edited.connect(self._take)
        self.field.refused.connect(self._refuse)
        self._rows = Rows()
        self._rows.add_row(words, self.field)
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
        """Closes with the number, unless it is refused."""
        if self._accept_button.isEnabled():
            super().accept()

    @Slot(object)
    def _take(self, number: int) -> None:
        self.number = number

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        self._rows.say(self.field, sentence)
        self._accept_button.setEnabled(not sentence)
