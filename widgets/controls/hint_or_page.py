"""A page, or in its place a sentence on how to come by one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from widgets.look import theme


class HintOrPage(QStackedWidget):
    """Shows one of the two; begins with the hint."""

    def __init__(self, page: QWidget, *below: QWidget) -> None:
        """`below` stands in the middle below the hint, such as a button that does what it says."""
        super().__init__()
        self.hint = QLabel()
        self.hint.setProperty("role", "label")
        self.hint.setWordWrap(True)
        # names of layers and classes are in it
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty = QWidget()
        lines = QVBoxLayout(empty)
        lines.setContentsMargins(40, 20, 40, 20)
        lines.addStretch(2)
        lines.addWidget(self.hint)
        for widget in below:
            lines.addSpacing(theme.SPACE)
            lines.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addStretch(3 if below else 2)
        self.addWidget(empty)
        self.addWidget(page)

    def show_hint(self, words: str) -> None:
        """Shows no page, but these words."""
        self.hint.setText(words)
        self.setCurrentIndex(0)

    def show_page(self) -> None:
        """Shows the page."""
        self.setCurrentIndex(1)
