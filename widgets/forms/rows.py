"""Titles on the left and controls on the right, in the same columns on every side panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QWidget

from widgets.forms.bolt import Bolt
from widgets.forms.field_title import FieldTitle
from widgets.look import theme

TITLE_WIDTH = 104
"""Of the left column, in pixels at the usual size of text; longer titles wrap."""


GAP = 10
"""Between cells side by side."""
_BOX_FRAME = 36
"""What a combo box needs besides its word: frame, padding and arrow."""


class Rows(QWidget):
    """A grid of two columns; a line below a row can say why something was refused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, theme.grown(TITLE_WIDTH))
        self._count = 0
        self._places: dict[QWidget, int] = {}
        self._lines: dict[QWidget, QLabel] = {}
        self._titles: dict[QWidget, QLabel] = {}
        self._bolts: dict[QWidget, Bolt] = {}

    def show_bolt(self, widget: QWidget, shown: bool) -> None:
        """Whether the sign of what steers the run that goes on stands at the title of this widget's row."""
        bolt = self._bolts.get(widget)
        if bolt is None:
            if not shown:
                return
            bolt = self._bolts[widget] = Bolt()
            title = self._titles[widget]
            place: tuple[int, ...] = self._grid.getItemPosition(self._grid.indexOf(title))  # type: ignore[assignment]
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            self._grid.addWidget(bolt, place[0], place[1], right)
        bolt.setVisible(shown)

    def add_row(self, title: str, widget: QWidget, *, tip: str = "", top: bool = False) -> FieldTitle:
        """Appends a row and returns its title; with `top` the title is level with the first line."""
        label = FieldTitle(title)
        label.setProperty("role", "label")
        label.setWordWrap(True)
        label.setFixedWidth(theme.grown(TITLE_WIDTH))
        label.setToolTip(tip)
        row = self._places[widget] = self._next()
        align = Qt.AlignmentFlag.AlignVCenter
        if top:
            align = Qt.AlignmentFlag.AlignTop
            label.setContentsMargins(0, 6, 0, 0)
        self._grid.addWidget(label, row, 0, align)
        self._grid.addWidget(widget, row, 1)
        self._titles[widget] = label
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
    """Titles above their controls, side by side where there is room for the words of all.

    A line below a control can say why something was refused.
    """

    columns = 2

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid.setColumnMinimumWidth(0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(3)
        self._cells: list[tuple[QLabel, QWidget]] = []
        self._across = 0

    def add_row(self, title: str, widget: QWidget, *, tip: str = "", top: bool = False) -> FieldTitle:
        """Fills the next cell and returns its title."""
        label = FieldTitle(title)
        label.setProperty("role", "cell")
        label.setToolTip(tip)
        self._cells.append((label, widget))
        self._titles[widget] = label
        self._spread(self.columns)
        return label

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = max((_words_width(widget) for _, widget in self._cells), default=0)
        across = self.columns if self.width() >= self.columns * (needed + GAP) - GAP else 1
        if across != self._across:
            self._spread(across)

    def _spread(self, across: int) -> None:
        """Puts the cells into this many columns."""
        self._across = across
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1 if column < across else 0)
        for at, (label, widget) in enumerate(self._cells):
            row, column = 3 * (at // across), at % across
            self._places[widget] = row + 1
            label.setContentsMargins(0, 5 if row else 0, 0, 0)
            self._grid.addWidget(label, row, column)
            self._grid.addWidget(widget, row + 1, column)
            if bolt := self._bolts.get(widget):
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
                self._grid.addWidget(bolt, row, column, right)
            if line := self._lines.get(widget):
                self._grid.addWidget(line, row + 2, 0, 1, across)


class Stack(Cells):
    """Titles above their controls, each as wide as the form."""

    columns = 1


def _words_width(widget: QWidget) -> int:
    """What an editor needs to show the longest word that it offers."""
    widths = [widget.minimumSizeHint().width()]
    for box in widget.findChildren(QComboBox):
        words = [box.itemText(index) for index in range(box.count())]
        widest = max((box.fontMetrics().horizontalAdvance(text) for text in words), default=0)
        widths.append(widest + _BOX_FRAME)
    return max(widths)


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
