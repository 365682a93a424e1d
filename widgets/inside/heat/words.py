"""What stands beside a heat map: its formula and source, what is seen, and what to try next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from networks.xray.heat import Description
from widgets.inside.explanation.to_try import Proposal, ToTry, heading, words_label
from widgets.inside.explanation.words_column import FormulaBox
from widgets.look import theme

MOST = 4
"""Proposals, at most."""


class WordsBeside(QWidget):
    """Formula, sentences and proposals below each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.formula, self.paper = words_label(mono=True), words_label(dim=True)
        self.sentences = words_label()
        self._to_try = ToTry(MOST)
        self.proposals = self._to_try.buttons
        box = FormulaBox()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.addWidget(self.formula)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(heading(self.tr("What is seen")))
        column.addWidget(self.sentences)
        column.addSpacing(theme.SPACE)
        column.addWidget(self._to_try)
        column.addSpacing(theme.SPACE)
        column.addWidget(heading(self.tr("As a formula")))
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
        self._to_try.propose(proposals)
