"""Titles on the left and controls on the right, in the same columns on every side panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from widgets.look import theme

TITLE_WIDTH = 104
"""Of the left column, in device-independent pixels; longer titles wrap."""


class Rows(QWidget):
    """A grid of two columns; a line below a row can say why something was refused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, TITLE_WIDTH)
        self._count = 0
        self._places: dict[QWidget, int] = {}
        self._lines: dict[QWidget, QLabel] = {}

    def add_row(self, title: str, widget: QWidget, *, tip: str = "", top: bool = False) -> QLabel:
        """Appends a row and returns its title; with `top` the title is level with the first line."""
        label = QLabel(title)
        label.setProperty("role", "label")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setFixedWidth(TITLE_WIDTH)
        label.setToolTip(tip)
        row = self._places[widget] = self._next()
        align = Qt.AlignmentFlag.AlignVCenter
        if top:
            align = Qt.AlignmentFlag.AlignTop
            label.setContentsMargins(0, 6, 0, 0)
        self._grid.addWidget(label, row, 0, align)
        self._grid.addWidget(widget, row, 1)
        return label

    def add_wide(self, widget: QWidget) -> None:
        """Appends something over both columns."""
        self._grid.addWidget(widget, self._next(), 0, 1, 2)

    def say(self, widget: QWidget, sentence: str) -> None:
        """What is wrong with the row of this widget, in a line below it; empty takes the line away."""
        line = self._lines.get(widget)
        if line is None:
            if not sentence:
                return
            line = self._lines[widget] = refusal()
            self._grid.addWidget(line, self._places[widget] + 1, 0, 1, 2)
        line.setText(sentence)
        line.setVisible(bool(sentence))

    def _next(self) -> int:
        self._count += 2  # every second row is kept for a refusal; an empty row takes no room
        return self._count


class Cells(Rows):
    """Titles above their controls, two side by side; a line below both can say why something was refused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid.setColumnMinimumWidth(0, 0)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._filled = 0

    def add_row(self, title: str, widget: QWidget, *, tip: str = "", top: bool = False) -> QLabel:
        """Fills the next cell and returns its title."""
        label = QLabel(title)
        label.setProperty("role", "cell")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setToolTip(tip)
        row, column = 3 * (self._filled // 2), self._filled % 2
        self._filled += 1
        self._places[widget] = row + 1
        self._grid.addWidget(label, row, column)
        self._grid.addWidget(widget, row + 1, column)
        return label


def refusal() -> QLabel:
    """A red line that says what was expected."""
    line = QLabel()
    line.setObjectName("refusal")
    line.setProperty("role", "error")
    line.setTextFormat(Qt.TextFormat.PlainText)
    line.setFont(theme.font(theme.SMALL))
    line.setWordWrap(True)
    line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return line


def dim(text: str = "") -> QLabel:
    """Small quiet text that wraps."""
    label = QLabel(text)
    label.setProperty("role", "dim")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def heading(text: str = "") -> QLabel:
    """The title of a part of a panel."""
    label = QLabel(text)
    label.setProperty("role", "heading")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
