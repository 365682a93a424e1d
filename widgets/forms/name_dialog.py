"""A dialog that asks for another name and says at the field why a name cannot be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from widgets.controls.name_field import NameField
from widgets.forms.rows import Rows
from widgets.look import theme


class NameDialog(QDialog):
    """It can only be accepted with a name against which nothing speaks."""

    def __init__(
        self, title: str, name: str, why_not: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        """`why_not` gives the sentence that refuses a name; it is empty for one that can be."""
        super().__init__(parent)
        self.setObjectName("name_dialog")
        self.setWindowTitle(title)
        self._why_not = why_not
        self._field = NameField()
        self._field.setObjectName("new_name")
        self._field.setAccessibleName(self.tr("Name"))
        self._field.setMinimumWidth(theme.grown(240))
        self._field.show_name(name)
        self._field.selectAll()
        self._field.textEdited.connect(self._check)
        self._rows = Rows()
        self._rows.add_row(self.tr("Name"), self._field)
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

    def name(self) -> str:
        """What is typed, without spaces around it."""
        return self._field.text().strip()

    @Slot()
    def accept(self) -> None:
        """Closes with the name, unless it is refused."""
        if self._accept_button.isEnabled():
            super().accept()

    @Slot()
    def _check(self) -> None:
        sentence = self._why_not(self.name())
        self._field.show_wrong(bool(sentence))
        self._field.setAccessibleDescription(sentence)
        self._rows.say(self._field, sentence)
        self._accept_button.setEnabled(not sentence)
