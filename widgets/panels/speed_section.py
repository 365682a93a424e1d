"""The button that tries which switches make training quicker, and what was measured."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from networks.recipes.speed_trials import SpeedTrials, Trial
from widgets.forms.rows import dim
from widgets.panels.speed_table import SpeedTable


class SpeedSection(QWidget):
    """“Try…”, and below it what was measured for the network and the recipe that are shown."""

    try_requested = Signal()
    """The user wants to know which switches are fastest here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._try = QPushButton(self.tr("Try…"))
        self._try.setObjectName("try_speed")
        self._try.setToolTip(
            self.tr("Measures each combination of these switches for two seconds, and takes the fastest.")
        )
        self._try.setAccessibleName(self.tr("Try which switches are fastest here"))
        self._try.clicked.connect(self.try_requested)
        self._words = dim()
        self._words.setObjectName("speed_words")
        self._table = SpeedTable(narrow=True)
        row = QHBoxLayout()
        row.addWidget(self._try)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._words)
        column.addWidget(self._table)
        self.show_trials(None)

    def show_trials(self, trials: SpeedTrials | None, best: Trial | None = None, time: str = "") -> None:
        """Shows what was measured at this time; None where nothing was, for what is shown now."""
        for widget in (self._words, self._table):
            widget.setVisible(trials is not None)
        if trials is None:
            return
        self._words.setText(
            self.tr("Measured here at {time} for this network and recipe, on {processor}.").format(
                time=time, processor=trials.processor
            )
        )
        self._table.show_trials(trials, best)
