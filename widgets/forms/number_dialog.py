"""A dialog that asks for a whole number and says at the field why a number cannot be."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from networks.core.fields import Field
from widgets.forms.field_dialog import FieldDialog
from widgets.forms.number_field import NumberField


class NumberDialog(FieldDialog):
    """It can only be accepted with a number within the bounds, which is never made of one beyond them."""

    def __init__(
        self, title: str, words: str, number: int, low: int, high: int, parent: QWidget | None = None
    ) -> None:
        """`words` name the number."""
        self.field = NumberField(Field("number", "whole", words, "", number, low=low, high=high))
        super().__init__(title, words, self.field, parent)
        self.setObjectName("number_dialog")
        self.number = number
        self.field.show_number(number, number)
        self.field.selectAll()
        self.field.edited.connect(self._take)
        self.field.refused.connect(self._refuse)

    @Slot(object)
    def _take(self, number: int) -> None:
        self.number = number
