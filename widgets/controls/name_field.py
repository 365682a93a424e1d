"""A line for renaming something, with a red frame while the name is not allowed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit


class NameField(QLineEdit):
    """Escape brings the old name back."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""

    def show_name(self, name: str, *, force: bool = False) -> None:
        """Shows a name; a half-typed or refused one stays while it belongs to the same layer."""
        if name != self._shown or force or not (self.hasFocus() or self.is_wrong()):
            self._shown = name
            if self.text() != name:
                self.setText(name)

    def is_wrong(self) -> bool:
        """Whether it has a red frame."""
        return bool(self.property("wrong"))

    def show_wrong(self, wrong: bool) -> None:
        """A red frame, or none."""
        if wrong != self.is_wrong():
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self.setText(self._shown)
            self.textEdited.emit(self._shown)
        else:
            super().keyPressEvent(event)
