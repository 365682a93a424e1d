"""The same in words: the formula with its figures, what is seen, and what to try."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from networks.explanations.forms import WeightedSum
from networks.explanations.gradient_page import GradientPage
from networks.explanations.page import Page
from networks.explanations.seen_in_sums import legend
from networks.explanations.seen_layers import layer_in_words
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared, said
from widgets.probe.legend import Legend

MOST = 6
"""Proposals, at most."""


class WordsColumn(QWidget):
    """Formula, sentences and proposals below each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layer, self.layer_does = _heading(""), _words()
        self.formula = _words(mono=True)
        self.formula.setObjectName("formula")
        self.now = _words(mono=True)
        self.note = _words(dim=True)
        self.sentences = _words()
        self._proposals = [_proposal() for _ in range(MOST)]
        self._does: list[Callable[[], object]] = []
        for index, button in enumerate(self._proposals):
            button.clicked.connect(partial(self._do, index))
        self._try = _heading(self.tr("What to try"))
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
        self.formula.setText("\n".join(lines))
        self.sentences.setText("\n\n".join(map(said, page.sentences)))
        form = page.explanation.form
        note = legend(form) if isinstance(form, WeightedSum) else None
        if isinstance(page, GradientPage):
            note = page.whose
        self.note.setText("" if note is None else said(note))
        self.note.setVisible(note is not None)

    def show_now(self, now: str) -> None:
        """Shows the term that is outlined."""
        self.now.setText(now)
        self._rule.setVisible(bool(now))
        self.now.setVisible(bool(now))

    def propose(self, proposals: list[tuple[str, str, Callable[[], object]]]) -> None:
        """Offers these: an icon, words, and what is done."""
        self._does = [do for _, _, do in proposals]
        self._try.setVisible(bool(proposals))
        for button, offered in zip(self._proposals, [*proposals, *[None] * MOST], strict=False):
            if offered is None:
                # the focus must not vanish with a button
                button.setVisible(button.hasFocus())
                button.setEnabled(False)
                continue
            symbol, words, _ = offered
            button.setIcon(icon(symbol))
            button.setText(words)
            button.setEnabled(True)
            button.setVisible(True)

    def _do(self, index: int) -> None:
        if index < len(self._does):
            self._does[index]()

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
        column.addWidget(_heading(self.tr("As a formula")))
        column.addWidget(box)
        column.addWidget(self.note)
        column.addSpacing(theme.SPACE)
        column.addWidget(_heading(self.tr("What is seen")))
        column.addWidget(self.sentences)
        column.addSpacing(theme.SPACE)
        column.addWidget(self._try)
        for button in self._proposals:
            column.addWidget(button)
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


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "section")
    return label


def _words(*, mono: bool = False, dim: bool = False) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    if mono:
        label.setFont(theme.font(theme.DENSE, mono=True))
    if dim:
        label.setProperty("role", "dim")
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
