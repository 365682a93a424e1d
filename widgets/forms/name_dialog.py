"""A dialog that asks for another name and says at the field why a name cannot be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from widgets.controls.name_field import NameField
from widgets.forms.field_dialog import FieldDialog


class NameDialog(FieldDialog):
    """It can only be accepted with a name against which nothing speaks."""

    def __init__(
        self, title: str, name: str, why_not: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        """`why_not` gives the sentence that refuses a name; it is empty for one that can be."""
        self._field = NameField()
        super().__init__(title, self.tr("Name"), self._field, parent)
        self.setObjectName("name_dialog")
        self._why_not = why_not
        self._field.setObjectName("new_name")
        self._field.show_name(name)
        self._field.selectAll()
        self._field.textEdited.connect(self._check)

    def name(self) -> str:
        """What is typed, without spaces around it."""
        return self._field.text().strip()

    @Slot()
    def _check(self) -> None:
        sentence = self._why_not(self.name())
        self._field.show_wrong(bool(sentence))
        self._field.setAccessibleDescription(sentence)
        self._refuse(sentence)
