"""A line above the canvas that offers something without blocking the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from widgets.look import theme


class OfferBar(QWidget):
    """Hidden until `offer` is called; hides itself when one of its buttons is pressed."""

    accepted = Signal()
    refused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Midlight)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self.accept_button, self.refuse_button = QPushButton(), QPushButton()
        self.accept_button.setProperty("primary", True)
        self.accept_button.clicked.connect(self._accept)
        self.refuse_button.clicked.connect(self._refuse)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE + 4, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._text, 1)
        row.addWidget(self.accept_button)
        row.addWidget(self.refuse_button)
        self.hide()

    def offer(self, sentence: str, accept: str, refuse: str) -> None:
        """Shows the sentence and the words of the two buttons."""
        self._text.setText(sentence)
        self.accept_button.setText(accept)
        self.refuse_button.setText(refuse)
        self.setAccessibleName(sentence)
        self.show()

    def sentence(self) -> str:
        """What is offered."""
        return self._text.text()

    def _accept(self) -> None:
        self.hide()
        self.accepted.emit()

    def _refuse(self) -> None:
        self.hide()
        self.refused.emit()
