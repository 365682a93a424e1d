"""The formula of a loss, and below it the same with the numbers of one image."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from widgets.look import theme


class FormulaBox(QWidget):
    """A quiet box; its words can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Formula"))
        title.setFont(theme.font(theme.SMALL, bold=True))
        title.setProperty("role", "dim")
        self._formula = _line(theme.font(theme.BODY, mono=True), "formula")
        self._numbers = _line(theme.font(theme.SMALL, mono=True), "numbers")
        self._about = _line(theme.font(theme.SMALL), "about")
        self._paper = _line(theme.font(theme.SMALL), "paper")
        for label in (self._about, self._paper):
            label.setProperty("role", "dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE + 4, theme.SPACE, theme.SPACE + 4, theme.SPACE)
        column.setSpacing(5)
        for widget in (title, self._formula, self._paper, self._numbers, self._about):
            column.addWidget(widget)
        column.insertSpacing(3, 8)

    def show_formula(self, formula: str, paper: str) -> None:
        """The formula and where it comes from."""
        self._formula.setText(formula)
        self._paper.setText(paper)

    def show_numbers(self, numbers: str, about: str) -> None:
        """The numbers of one image, and which one it is."""
        self._numbers.setText(numbers)
        self._about.setText(about)

    def numbers(self) -> str:
        """What `show_numbers` was told."""
        return self._numbers.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.setBrush(QColor(shade.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        y = self._numbers.geometry().top() - 6.5
        painter.drawLine(theme.SPACE + 4, round(y), self.width() - theme.SPACE - 4, round(y))
        painter.end()


def _line(font: QFont, name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setFont(font)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
