"""Whether a heat map can be trusted: the test with random weights, its outcome and its stages."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from widgets.controls.column import column_of
from widgets.controls.elided_label import ElidedLabel
from widgets.controls.section import Disclosure
from widgets.inside.explanation.to_try import words_label
from widgets.inside.heat.choice import Outcome
from widgets.inside.heat.random_strip import RandomStrip
from widgets.inside.heat.sentences import verdict, verdict_figures
from widgets.look import theme
from widgets.look.icon import icon


class Trust(QWidget):
    """Asks for the test, shows how far it is, and its outcome."""

    randomize_wished = Signal()
    cancelled = Signal()
    """The running test is to be stopped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outcome: Outcome | None = None
        self._usual = self.tr("A map that stays the same with random weights explains nothing.")
        self.verdict, self.about, self.strip = QLabel(), ElidedLabel(lines=2), RandomStrip()
        self.figures = words_label(dim=True)
        folded = QWidget()
        folded.setLayout(column_of(self.figures, self.about, spacing=theme.SPACE))
        self.more = Disclosure("heat_test", folded)
        self.more.show_words(self.tr("How it was tested"), self.tr("weights and pictures"))
        self.randomize = QPushButton(self.tr("Randomize the weights"))
        self.cancel, self.progress = QPushButton(self.tr("Stop")), QProgressBar()
        self._arrange()
        self.randomize.clicked.connect(self.randomize_wished)
        self.cancel.clicked.connect(self.cancelled)
        self.show_progress(None)
        self.show_outcome(None)

    @property
    def refused(self) -> bool:
        """Whether the method has failed its test, so that its map is not shown."""
        return self.outcome is not None and self.outcome.found.unmoved

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Shows how the test ended; None where there was none."""
        self.outcome = outcome
        self.strip.show_test(outcome)
        self.strip.setVisible(outcome is not None)
        self.more.setVisible(outcome is not None)
        self.figures.setText("" if outcome is None else verdict_figures(outcome.found))
        self.about.set_text("" if outcome is None else outcome.about)
        self.verdict.setText(self._usual if outcome is None else verdict(outcome.found))

    def show_progress(self, share: float | None) -> None:
        """Shows how far the test is; None where there is none."""
        self.progress.setVisible(share is not None)
        self.cancel.setVisible(share is not None)
        self.randomize.setEnabled(share is None)
        self.progress.setValue(0 if share is None else round(100 * share))

    def _arrange(self) -> None:
        title = QLabel(self.tr("Can the map be trusted?"))
        title.setProperty("role", "heading")
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setFont(theme.font(theme.DENSE))
        self.randomize.setIcon(icon("dice"))
        self.randomize.setToolTip(
            self.tr("Draws the weights anew, layer by layer from the top, and makes the map each time")
        )
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("How far the test is"))
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self.randomize)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        row.addStretch(1)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.SPACE)
        for widget in (title, self.verdict):
            lines.addWidget(widget)
        lines.addLayout(row)
        lines.addWidget(self.strip)
        lines.addWidget(self.more)
