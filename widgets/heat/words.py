"""What stands beside a heat map: its formula and source, what is seen, and what to try next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from networks.xray.heat import Description
from widgets.explanation.words_column import FormulaBox
from widgets.look import theme
from widgets.look.icon import icon

MOST = 4
"""Proposals, at most."""
Proposal = tuple[str, str, Callable[[], object]]
"""An icon, words, and what is done."""


class WordsBeside(QWidget):
    """Formula, sentences and proposals below each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.formula, self.paper, self.sentences = _words(), _words(), _words()
        self.formula.setFont(theme.font(theme.DENSE, mono=True))
        self.paper.setProperty("role", "dim")
        self._does: list[Callable[[], object]] = []
        self.proposals = [_proposal() for _ in range(MOST)]
        for index, button in enumerate(self.proposals):
            button.clicked.connect(partial(self._do, index))
        self._try = _heading(self.tr("What to try"))
        box = FormulaBox()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.addWidget(self.formula)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(_heading(self.tr("What is seen")))
        column.addWidget(self.sentences)
        column.addSpacing(theme.SPACE)
        column.addWidget(self._try)
        for button in self.proposals:
            column.addWidget(button)
        column.addSpacing(theme.SPACE)
        column.addWidget(_heading(self.tr("As a formula")))
        column.addWidget(box)
        column.addWidget(self.paper)
        column.addStretch(1)

    def show_words(self, method: Description, sentences: Sequence[str]) -> None:
        """Shows the formula of a method, and these sentences."""
        self.formula.setText(method.formula)
        self.paper.setText(method.paper)
        self.sentences.setText("\n\n".join(sentences))

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Offers these."""
        self._does = [do for _, _, do in proposals]
        self._try.setVisible(bool(proposals))
        for index, button in enumerate(self.proposals):
            offered = proposals[index] if index < len(proposals) else None
            button.setEnabled(offered is not None)
            # the focus must not vanish with a button
            button.setVisible(offered is not None or button.hasFocus())
            if offered is not None:
                button.setIcon(icon(offered[0]))
                button.setText(offered[1])
                button.setToolTip(offered[1])

    def _do(self, index: int) -> None:
        if index < len(self._does):
            self._does[index]()


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "section")
    return label


def _words() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def _proposal() -> QToolButton:
    button = QToolButton()
    button.setProperty("bare", True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setIconSize(QSize(16, 16))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    button.setVisible(False)
    return button
