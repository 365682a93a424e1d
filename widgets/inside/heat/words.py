"""What stands beside a heat map: what is seen and what to try next; how it is made is folded away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from networks.xray.heat import Description
from widgets.controls.section import Disclosure
from widgets.inside.explanation.to_try import Proposal, ToTry, heading, words_label
from widgets.inside.explanation.words_column import FormulaBox
from widgets.look import theme
from widgets.look.translation import said

MOST = 4
"""Proposals, at most."""


class WordsBeside(QWidget):
    """Sentences and proposals below each other, and a line that opens the formula and the figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.formula, self.paper = words_label(mono=True), words_label(dim=True)
        self.sentences, self.details = words_label(), words_label(dim=True)
        self._to_try = ToTry(MOST)
        self.proposals = self._to_try.buttons
        box = FormulaBox()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.addWidget(self.formula)
        folded = QWidget()
        under = QVBoxLayout(folded)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(theme.SPACE)
        for widget in (self.details, box, self.paper):
            under.addWidget(widget)
        self.more = Disclosure("heat_more", folded)
        self.more.show_words(self.tr("How it is made"), self.tr("as a formula"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(heading(self.tr("What is seen")))
        column.addWidget(self.sentences)
        column.addSpacing(theme.SPACE // 2)
        column.addWidget(self._to_try)
        column.addWidget(self.more)
        column.addStretch(1)

    def show_words(self, method: Description, sentences: Sequence[str], details: Sequence[str] = ()) -> None:
        """Shows these sentences; the formula of the method and the `details` are folded away."""
        self.formula.setText(method.formula)
        self.paper.setText(method.paper)
        self.sentences.setText("\n".join(sentences))
        told = (said(method.shows), said(method.weakness), *details)
        self.details.setText("\n\n".join(told))

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Offers these."""
        self._to_try.propose(proposals)
