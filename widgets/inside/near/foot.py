"""The line below the maps: the number under the pointer or the cursor, and where it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from widgets.controls.elided_label import ElidedLabel
from widgets.inside.near.near import Pointed, number
from widgets.look import theme
from widgets.look.translation import said


class Foot(QWidget):
    """A fixed place for it, so that nothing covers what one looks at."""

    explanation_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pointed: Pointed | None = None
        self.value, self.words = QLabel(), ElidedLabel(lines=2)
        self.value.setFont(theme.font(theme.LARGE, bold=True, mono=True))
        self.value.setMinimumWidth(theme.grown(96))
        self.explain = QPushButton(self.tr("Where from?"))
        self.explain.setToolTip(self.tr("Shows the arithmetic behind this number (Enter, or double-click)"))
        self.explain.clicked.connect(self._wish)
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 4, theme.MARGIN, 4)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.value)
        row.addWidget(self.words, 1)
        row.addWidget(self.explain)

    def show_pointed(self, pointed: Pointed | None) -> None:
        """Reads out this number."""
        self._pointed = pointed
        self.explain.setEnabled(pointed is not None)
        if pointed is None:
            self.value.clear()
            self.words.set_text("")
            return
        self.value.setText(number(pointed.value))
        told = self.tr("number {channel}")
        if pointed.row is not None:
            told = self.tr("map {channel}, row {row}, column {column}")
        told = told.format(channel=pointed.channel, row=pointed.row, column=pointed.column)
        self.words.set_text(told if pointed.note is None else f"{told}, {said(pointed.note)}")

    def _wish(self) -> None:
        if self._pointed is not None:
            self.explanation_wished.emit(self._pointed)
