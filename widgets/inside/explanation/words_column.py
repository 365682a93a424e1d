"""The same in words: what the layer does, what is seen, what to try; then the formula with its figures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from networks.explanations.core.forms import WeightedSum
from networks.explanations.core.symbols import letters
from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from networks.explanations.pages.seen_layers import layer_in_words
from networks.explanations.words.seen_in_sums import legend
from widgets.inside.explanation.to_try import Proposal, ToTry, heading, words_label
from widgets.inside.probe.legend import Legend
from widgets.look import theme
from widgets.look.translation import declared, said

MOST = 6
"""Proposals, at most."""


class WordsColumn(QWidget):
    """Sentences, proposals and the formula below each other: plain words come first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layer, self.layer_does = heading(""), words_label()
        self.formula = words_label(mono=True)
        self.formula.setObjectName("formula")
        self.now = words_label(mono=True)
        self.note = words_label(dim=True)
        self.sentences = words_label()
        self._to_try = ToTry(MOST)
        self._arrange()

    def show_words(self, page: Page) -> None:
        """Shows what the layer does, the formula of a page and its sentences."""
        kind = type(page.layer)
        told = [] if page.backwards or page.place.is_loss else [declared(kind.help())]
        told += [] if page.backwards else map(said, layer_in_words(page))
        self.layer.setText(self.tr("What {layer} does").format(layer=declared(kind.name())))
        self.layer_does.setText(" ".join(told))
        for shown in (self.layer, self.layer_does):
            shown.setVisible(bool(told))
        lines = dict.fromkeys(stage.symbols for stage in page.explanation.stages if stage.symbols)
        formula = "\n".join(lines)
        self.formula.setText(formula)
        self.sentences.setText("\n\n".join(map(said, page.sentences)))
        form = page.explanation.form
        note = legend(form, formula) if isinstance(form, WeightedSum) else None
        if isinstance(page, GradientPage):
            note = page.whose
        named = "; ".join(map(said, letters(formula)))
        told = [f"{named}." if named else "", "" if note is None else said(note)]
        self.note.setText("\n".join(filter(None, told)))
        self.note.setVisible(any(told))

    def show_now(self, now: str) -> None:
        """Shows the term that is outlined."""
        self.now.setText(now)
        self._rule.setVisible(bool(now))
        self.now.setVisible(bool(now))

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Offers these."""
        self._to_try.propose(proposals)

    def _arrange(self) -> None:
        box = FormulaBox()
        self._rule = QFrame()
        self._rule.setObjectName("bar_line")
        self._rule.setFixedHeight(1)
        inner = QVBoxLayout(box)
        inner.setContentsMargins(12, 10, 12, 10)
        inner.setSpacing(theme.SPACE)
        inner.addWidget(self.formula)
        inner.addWidget(self._rule)
        inner.addWidget(self.now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(self.layer)
        column.addWidget(self.layer_does)
        column.addSpacing(theme.SPACE)
        column.addWidget(heading(self.tr("What is seen")))
        column.addWidget(self.sentences)
        column.addSpacing(theme.SPACE)
        column.addWidget(self._to_try)
        column.addSpacing(theme.SPACE)
        column.addWidget(heading(self.tr("As a formula")))
        column.addWidget(box)
        column.addWidget(self.note)
        column.addSpacing(theme.SPACE)
        column.addWidget(Legend())
        column.addStretch(1)


class FormulaBox(QWidget):
    """A quiet box."""

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(shade.border))
        painter.setBrush(QColor(shade.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()
