"""A line above the canvas with advice, and a button for each way to follow it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from networks.core.finding import Finding, Mend
from widgets.controls.notice import Notice
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import said


class AdviceBar(QWidget):
    """Shows one finding that has mends; hidden where there is none, or where the user has closed it."""

    chosen = Signal(object)
    """The `Mend` whose button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._closed: Finding | None = None
        self._shown: Finding | None = None
        self._error, self._warning = Notice("error"), Notice("warning")
        self.buttons: list[QPushButton] = []
        self._close = QToolButton()
        self._close.setIcon(icon("close"))
        self._close.setIconSize(QSize(12, 12))
        self._close.setAutoRaise(True)
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close the advice"))
        self._close.clicked.connect(self._dismiss)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.SPACE, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        self._row.setSpacing(theme.SPACE)
        self._row.addWidget(self._error, 1)
        self._row.addWidget(self._warning, 1)
        self._row.addWidget(self._close)
        self.hide()

    def show_finding(self, finding: Finding | None) -> None:
        """Shows this one, or nothing for None."""
        if finding == self._shown:
            return
        self._shown = finding
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = [] if finding is None else [self._button(mend) for mend in finding.mends]
        for place, button in enumerate(self.buttons):
            self._row.insertWidget(2 + place, button)
        blocks = finding is not None and finding.severity == "blocks"
        sentence = "" if finding is None else said(finding.sentence)
        self._error.show_sentence(sentence if blocks else "")
        self._warning.show_sentence("" if blocks else sentence)
        self.setAccessibleName(sentence)
        self.setVisible(finding is not None and finding != self._closed)

    def sentence(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() or self._shown is None else said(self._shown.sentence)

    def _button(self, mend: Mend) -> QPushButton:
        button = QPushButton(said(mend.words))
        button.clicked.connect(partial(self._choose, mend))
        return button

    def _choose(self, mend: Mend) -> None:
        self.chosen.emit(mend)

    def _dismiss(self) -> None:
        self._closed = self._shown
        self.hide()
