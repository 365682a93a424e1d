"""The tab of twins: what is compared with what, how often, and what may be concluded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from networks.core.durations import duration
from networks.core.fields import Field
from networks.core.message import Message, plural
from networks.project.comparing import comparable, pairing_notes, weights_note
from networks.project.twins import Twin
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS, Measure
from networks.runs.twins.comparison import Comparison
from networks.runs.twins.conclusion import ENOUGH, conclusion
from networks.runs.twins.spread import MOST_SEEDS
from widgets.controls.combo_box import ComboBox
from widgets.forms.number_field import NumberField
from widgets.forms.rows import Cells, dim
from widgets.look import theme
from widgets.look.translation import said
from widgets.runs.twins.choice import Offers, TwinChoice
from widgets.runs.twins.plot import TwinsPlot

_MEASURES = (VALIDATION_ACCURACY, VALIDATION_LOSS)


class Wish(NamedTuple):
    """What is to be trained: the twin, or None for the project alone, and with how many seeds."""

    twin: Twin | None
    seeds: int
    measure: Measure


class TwinsPanel(QWidget):
    """Offers twins and seeds, and shows a comparison. Says what to do as long as there is none."""

    wished = Signal(object)
    """The user wants to train these, a `Wish`."""
    chosen = Signal(str)
    """The user wants to see the comparison with this id."""

    rest_wished = Signal()
    """The user wants to train what is missing of the comparison that is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("twins")
        self._offers: Offers | None = None
        self._reason = ""
        self._seeds = ENOUGH
        self.choice = TwinChoice()
        self.choice.changed.connect(self._refresh)
        self.seeds = NumberField(
            Field("seeds", "whole", self.tr("Seeds"), "", ENOUGH, low=1, high=MOST_SEEDS)
        )
        self.seeds.setObjectName("twin_seeds")
        self.seeds.setAccessibleName(self.tr("Seeds"))
        self.seeds.show_number(ENOUGH, ENOUGH)
        self.seeds.edited.connect(self._take_seeds)
        self.measures = ComboBox()
        self.measures.setObjectName("twin_measure")
        self.measures.setAccessibleName(self.tr("Compared by"))
        self.measures.addItems([self.tr("validation accuracy"), self.tr("validation loss")])
        self.button = QPushButton(self.tr("Train both"))
        self.button.setObjectName("train_both")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self._wish)
        self._about, self._note = dim(), dim()
        self.kept = ComboBox()
        self.kept.setObjectName("kept_comparison")
        self.kept.setAccessibleName(self.tr("Comparison"))
        self.kept.activated.connect(self._choose)
        self.words, self.sentence = QLabel(), QLabel()
        for label in (self.words, self.sentence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.words.setFont(theme.font(theme.LARGE, bold=True))
        self.rest = QPushButton()
        self.rest.setObjectName("train_rest")
        self.rest.clicked.connect(self.rest_wished)
        self.plot = TwinsPlot()
        self._hint = dim()
        self._arrange()
        self._refresh()
        self.show_comparisons((), "")
        self.show_comparison(None, going_on=False)

    def show_offers(self, offers: Offers | None) -> None:
        """Shows the twins of the project as it is now; None as long as they are not known."""
        self._offers = offers
        if offers is not None:
            self.choice.show_offers(offers)
        self._refresh()

    def show_reason(self, reason: str) -> None:
        """Why nothing can be trained now; empty if it can."""
        self._reason = reason
        self.rest.setEnabled(not reason)
        self.rest.setToolTip(reason)
        self._refresh()

    def show_comparisons(self, comparisons: Sequence[tuple[str, str]], shown: str) -> None:
        """Which comparisons there are, each with its id and title, the newest first; one of them is shown."""
        self.kept.clear()
        for name, title in comparisons:
            self.kept.addItem(title, name)
        self.kept.setCurrentIndex(self.kept.findData(shown))
        self.kept.setVisible(len(comparisons) > 1)

    def show_comparison(self, comparison: Comparison | None, *, going_on: bool) -> None:
        """Shows what was measured, and what may be concluded from it."""
        there = comparison is not None
        for widget in (self.words, self.sentence, self.plot):
            widget.setVisible(there)
        missing = 0 if comparison is None or going_on else comparison.planned - len(comparison.settled)
        self.rest.setVisible(missing > 0)
        rest = plural("Train the rest: {count} seed", "Train the rest: {count} seeds", count=missing)
        self.rest.setText(said(rest))
        self._hint.setVisible(not there)
        self.plot.show_comparison(comparison)
        if comparison is None:
            return
        found = conclusion(comparison, going_on)
        words, sentence = said(found.words), said(found.sentence)
        left = comparison.seconds_left if found.mark == "waiting" and going_on else None
        if left is not None:
            words = self.tr("{words} · {time} left").format(words=words, time=duration(left))
        self.words.setText(words[:1].upper() + words[1:])
        self.sentence.setText(sentence)
        self.plot.setAccessibleName(f"{words}. {sentence}")

    @Slot(object)
    def _take_seeds(self, seeds: int) -> None:
        self._seeds = seeds
        self._refresh()

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.kept.currentData())

    @Slot()
    def _wish(self) -> None:
        twin = self.choice.twin()
        if self._offers is not None and (twin is not None or self.choice.alone):
            self.wished.emit(Wish(twin, self._seeds, _MEASURES[self.measures.currentIndex()]))

    @Slot()
    def _refresh(self) -> None:
        if self._offers is None:
            self.button.setEnabled(False)
            return
        twin = self.choice.twin()
        project = self._offers.project
        possible = comparable(project, None if twin is None else twin.project)
        different = self.tr("The twins have different losses, which cannot be compared.")
        self.measures.disable_choice(1, "" if VALIDATION_LOSS in possible else different)
        if VALIDATION_LOSS not in possible:
            self.measures.setCurrentIndex(0)
        reason = self._reason or self.choice.refusal
        self.button.setText(self.tr("Train both") if not self.choice.alone else self.tr("Train all seeds"))
        self.button.setEnabled(not reason and (twin is not None or self.choice.alone))
        self._about.setText(reason or self._plan(twin))
        notes: list[Message] = []
        if twin is not None and not reason:
            apart = weights_note(project, twin.project)
            notes = [*pairing_notes(project, twin.project), *([apart] if apart is not None else [])]
        self._note.setText(" ".join(said(note) for note in notes))
        self._note.setVisible(bool(notes))

    def _plan(self, twin: Twin | None) -> str:
        """What will be trained, in words."""
        assert self._offers is not None
        if self.choice.alone:
            return self.tr(
                "{seeds} runs, one for each seed: how much of a figure is luck shows in their spread."
            ).format(seeds=self._seeds)
        if self._seeds == 1:
            return self.tr(
                "2 runs, turn about: the same seed, order of images and first weights. One seed allows no "
                "conclusion; {enough} tell more."
            ).format(enough=ENOUGH)
        return self.tr(
            "{runs} runs, 2 for each of {seeds} seeds, turn about. Each pair has the same seed, order of "
            "images and first weights."
        ).format(runs=2 * self._seeds, seeds=self._seeds)

    def _arrange(self) -> None:
        self._about.setWordWrap(True)
        self._note.setWordWrap(True)
        self._hint.setWordWrap(True)
        self._hint.setText(
            self.tr(
                "Does a change help, or was it luck? Choose one above: the project as it is (A) and its twin "
                "(B) are trained from the same start, and drawn here with their difference."
            )
        )
        rows = Cells()
        rows.add_row(
            self.tr("Seeds"),
            self.seeds,
            tip=self.tr("How often both are trained, each time from another start, the same for both."),
        )
        rows.add_row(
            self.tr("Compared by"),
            self.measures,
            tip=self.tr("The figure that decides. Choose it before you have seen the result."),
        )
        train = QHBoxLayout()
        train.setSpacing(theme.SPACE)
        train.addWidget(self.button)
        train.addWidget(self._about, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.SPACE - 4] * 4)
        column.setSpacing(theme.SPACE)
        column.addWidget(self.choice)
        column.addWidget(rows)
        column.addLayout(train)
        column.addWidget(self._note)
        column.addSpacing(theme.SPACE)
        for widget in (self._hint, self.kept, self.words, self.sentence):
            column.addWidget(widget)
        column.addWidget(self.rest, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.plot, 100)
        # takes the room as long as there is nothing to draw
        column.addStretch(1)
