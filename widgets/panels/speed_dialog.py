"""A small window that tries what makes training quicker here, and shows what was measured."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from networks.recipes.speed_trials import SpeedTrials, Trial, switch_words
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.translation import said, thousands
from widgets.panels.speed_table import SpeedTable


class SpeedDialog(QDialog):
    """Shows the progress, then the table and what was taken. Closing it before gives up."""

    enough = Signal()
    """The user wants to go by what has been measured so far."""
    given_up = Signal()
    """The user wants nothing of it; the window stays until `let_go`."""
    put_back = Signal()
    """The user does not want what was taken."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("speed_dialog")
        self.setWindowTitle(self.tr("Try what is fastest here"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._busy = True
        self._words = QLabel(
            self.tr(
                "Trains a copy for about two seconds with each combination of the switches, and compares the "
                "first losses and weights with those of the plain one. torch.compile takes longer. The "
                "project and the last run stay as they are."
            )
        )
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the trials"))
        self._table = SpeedTable()
        self._table.hide()
        self._notes = dim()
        self._notes.hide()
        self._enough = self._button("enough", self.tr("Enough"))
        self._enough.setToolTip(self.tr("Ends here, and goes by what has been measured so far."))
        # Enter must not end what was begun a moment ago
        self._enough.setAutoDefault(False)
        self._enough.clicked.connect(self._end_early)
        self._put_back = self._button("put_back", self.tr("Put it back"))
        self._put_back.clicked.connect(self._undo)
        self._put_back.hide()
        self._close = self._button("close", self.tr("Cancel"))
        self._close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self._enough, self._put_back, self._close):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        for widget in (self._words, self._bar, self._table, self._notes):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.grown(520))

    def show_progress(self, share: float) -> None:
        """Shows the share of the trials that is done, 0 to 1."""
        self._bar.setValue(round(100 * share))

    def show_failure(self, sentence: str) -> None:
        """Says why the trials broke off."""
        self._end()
        self._words.setText(sentence)

    def show_trials(self, trials: SpeedTrials, best: Trial | None, gain: float = 0.0) -> None:
        """Shows all trials and the best, which was taken just now where there is a gain: times as fast."""
        self._end()
        self._words.setText(self._judged(best, gain))
        self._put_back.setVisible(bool(gain))
        self._table.show_trials(trials, best)
        self._table.show()
        self._notes.setText(self._noted(trials))
        self._notes.show()
        self._shrink()

    def let_go(self) -> None:
        """Closes it: nothing is tried any more."""
        self._busy = False
        self.reject()

    def sentence(self) -> str:
        """What it says."""
        return self._words.text()

    def reject(self) -> None:
        """Closes it, or first asks to give up what is being measured."""
        if not self._busy:
            super().reject()
            return
        self._wait()
        self.given_up.emit()

    @Slot()
    def _end_early(self) -> None:
        self._wait()
        self.enough.emit()

    @Slot()
    def _undo(self) -> None:
        self.put_back.emit()
        self.reject()

    def _wait(self) -> None:
        self._enough.setEnabled(False)
        self._close.setEnabled(False)
        self._words.setText(self.tr("Waits for the step that is being computed, or for the compiler …"))

    def _end(self) -> None:
        self._busy = False
        self._bar.hide()
        self._enough.hide()
        self._close.setEnabled(True)
        self._close.setText(self.tr("Close"))
        self._close.setFocus()

    def _shrink(self) -> None:
        """As high as its words need; texts that wrap would else ask for much more."""
        layout = self.layout()
        assert layout is not None
        width = max(self.width(), self.minimumSizeHint().width())
        self.resize(width, layout.totalHeightForWidth(width))

    def _judged(self, best: Trial | None, gain: float) -> str:
        if best is None:
            return self.tr("None of them gives the results of the plain one: everything stays as it is.")
        if not gain:
            return self.tr(
                "What is set is the fastest of those with equal results, or hardly slower than it."
            )
        words = self.tr("Taken: {switches}, {factor} times as fast as what was set. Undo brings that back.")
        return words.format(
            switches=" · ".join(said(word) for word in switch_words(best.machine)), factor=f"{gain:.2f}"
        )

    def _noted(self, trials: SpeedTrials) -> str:
        notes = [
            self.tr("Measured on {processor} with batches of {batch}.").format(
                processor=trials.processor, batch=thousands(trials.batch)
            ),
            self.tr(
                "The difference is the largest one from the plain training, relatively: of a loss in the "
                "first steps, or of all weights after them. Up to {bound} counts as equal."
            ).format(bound=f"{trials.bound(trials.plain):.0e}".replace("e-0", "e-")),
        ]
        if any(trial.machine.precision == "bfloat16" for trial in trials.trials):
            notes.append(self.tr("bfloat16 is taken only where the recipe has it already."))
        seconds = [trial.compile_seconds for trial in trials.trials if trial.compile_seconds is not None]
        if seconds:
            notes.append(
                self.tr("torch.compile takes {seconds} s more before each run.").format(
                    seconds=thousands(round(max(seconds)))
                )
            )
        notes += [self.tr("Left out: {reason}.").format(reason=said(reason)) for reason in trials.left_out]
        return " ".join(notes)

    def _button(self, name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        return button
