"""A small window that searches for a learning rate and lets one take what was found."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from networks.runs.rate_search import RateSearch, rounded
from widgets.controls.combo_box import ComboBox
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.panels.rate_plot import RatePlot

NEAR, FAR = 3.0, 10.0
"""Factors between the two marks: up to the first they agree, from the second on they do not."""


class RateDialog(QDialog):
    """Shows the progress of a search, then its curve, and both rates as buttons. Closing it gives up."""

    taken = Signal(float)
    """The user takes this learning rate."""
    start_chosen = Signal(bool)
    """The user wants a search that begins with the weights of the last run, or else with first weights."""

    def __init__(self, rate: float, optimizer: str, parent: QWidget, trained: bool = False) -> None:
        """`trained` says whether there are weights of a run that it can begin with."""
        super().__init__(parent)
        self._rate = rate
        self.setObjectName("rate_dialog")
        self.setWindowTitle(self.tr("Find a learning rate"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._about = self.tr(
            "Trains a copy for a few steps with {optimizer} while the learning rate rises from far too "
            "low to far too high, with three seeds. The project and the last run stay as they are."
        ).format(optimizer=optimizer)
        self._words = QLabel(self._about)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the search"))
        self._plot = RatePlot()
        self._plot.hide()
        self._legend = dim()
        self._legend.hide()
        self._takes: list[QPushButton] = []
        self._buttons = QHBoxLayout()
        self._close = QPushButton(self.tr("Cancel"))
        self._close.setObjectName("close")
        self._close.clicked.connect(self.reject)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        if trained:
            column.addLayout(self._start_row())
        for widget in (self._words, self._bar, self._plot, self._legend):
            column.addWidget(widget)
        column.addLayout(self._buttons)
        self.setMinimumWidth(theme.grown(460))

    def _start_row(self) -> QHBoxLayout:
        start = ComboBox()
        start.setObjectName("start")
        start.setAccessibleName(self.tr("Begin with"))
        start.addItems([self.tr("new first weights"), self.tr("the weights of the last run")])
        start.activated.connect(self._choose_start)
        label = QLabel(self.tr("&Begin with"))
        label.setBuddy(start)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(start, 1)
        return row

    @Slot(int)
    def _choose_start(self, index: int) -> None:
        """Begins anew: what was found from other weights says nothing about these."""
        for button in self._takes:
            button.hide()
            button.deleteLater()
        self._takes.clear()
        self._plot.hide()
        self._legend.hide()
        self._words.setText(self._about)
        self._close.setText(self.tr("Cancel"))
        self._bar.setValue(0)
        self._bar.show()
        self.start_chosen.emit(bool(index))

    def show_progress(self, share: float) -> None:
        """Shows the share of the search that is done, 0 to 1."""
        self._bar.setValue(round(100 * share))

    def show_failure(self, sentence: str) -> None:
        """Says why the search broke off."""
        self._bar.hide()
        self._words.setText(sentence)
        self._close.setText(self.tr("Close"))

    def show_search(self, search: RateSearch) -> None:
        """Shows the curve, the marks and how far they lie apart."""
        self._bar.hide()
        self._close.setText(self.tr("Close"))
        self._plot.show_search(search, self._rate)
        self._plot.show()
        self._words.setText(self._judged(search))
        steepest, tenth = search.steepest, search.tenth
        if steepest is None or tenth is None:
            return
        self._legend.setText(
            self.tr(
                "Thin: each seed. Strong: their mean. Dashed: now {now}, steepest valley {steepest}, "
                "minimum ÷ 10 {tenth}."
            ).format(now=f"{self._rate:g}", steepest=f"{rounded(steepest):g}", tenth=f"{rounded(tenth):g}")
        )
        self._legend.show()
        for index, (name, rate, words) in enumerate(
            (
                ("take_steepest", rounded(steepest), self.tr("Take {rate} (steepest valley)")),
                ("take_tenth", rounded(tenth), self.tr("Take {rate} (minimum ÷ 10)")),
            )
        ):
            button = QPushButton(words.format(rate=f"{rate:g}"))
            button.setObjectName(name)
            button.clicked.connect(partial(self._take, rate))
            self._buttons.insertWidget(index, button)
            self._takes.append(button)
        self.adjustSize()

    def sentence(self) -> str:
        """What it says."""
        return self._words.text()

    def _judged(self, search: RateSearch) -> str:
        apart = search.apart
        if apart is None:
            return self._without_marks(search)
        if apart <= NEAR:
            words = self.tr("The two marks lie a factor of {apart} apart: they agree, and either will do.")
        elif apart < FAR:
            words = self.tr("The two marks lie a factor of {apart} apart: begin with the lower one.")
        else:
            words = self.tr(
                "The two marks lie a factor of {apart} apart: they do not agree. Begin with the lower one "
                "and compare it with a run of the other."
            )
        return words.format(apart=f"{apart:.1f}")

    def _without_marks(self, search: RateSearch) -> str:
        if search.fall is None:
            return self.tr("Nothing was measured: the loss was no number from the first step on.")
        first, lowest = search.fall
        words = self.tr(
            "No rate can be marked. In {steps} steps, with rates from {low} to {high}, the mean loss went "
            "from {first} to {lowest} at its lowest, which is too little. That is all a short search can "
            "say: a longer training may still learn."
        )
        return words.format(
            steps=len(search.rates),
            low=f"{search.rates[0]:g}",
            high=f"{search.rates[-1]:.2g}",
            first=f"{first:.4g}",
            lowest=f"{lowest:.4g}",
        )

    def _take(self, rate: float) -> None:
        self.taken.emit(rate)
        self.accept()
