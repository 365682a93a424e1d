"""A heading, a quieter line and a widget: one thing that the panel says of a layer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class SectionBox(QWidget):
    """Hidden as long as there is nothing to say."""

    def __init__(self, widget: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.widget = widget
        self._title, self._note = QLabel(), QLabel()
        self._title.setProperty("role", "heading")
        self._note.setProperty("role", "dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for label in (self._title, self._note):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(widget)

    def show_words(self, title: str, note: str = "") -> None:
        """Shows it under this title; without one, it is hidden."""
        self._title.setText(title)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.setVisible(bool(title))

    @property
    def note(self) -> str:
        """The quieter line."""
        return self._note.text()
