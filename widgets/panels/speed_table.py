"""A table of what was measured with each combination of the switches that make training quicker."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from networks.recipes.speed_trials import SpeedTrials, Trial, switch_words
from widgets.look import theme
from widgets.look.translation import said, thousands

_MEGA = 2**20


class SpeedTable(QWidget):
    """A row for each trial, the one that was taken in bold. In a narrow place without the difference."""

    def __init__(self, narrow: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow = narrow
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE + (0 if narrow else 6))
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)

    def show_trials(self, trials: SpeedTrials, best: Trial | None) -> None:
        """Shows all of them, and marks the best."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        measured_memory = any(trial.memory is not None for trial in trials.trials)
        heads = [self.tr("Switches"), self.tr("images/s"), self.tr("faster")]
        if not self._narrow:
            heads += [self.tr("memory")] if measured_memory else []
            heads += [self.tr("difference")]
        for column, head in enumerate(heads):
            self._put(0, column, head, "dim")
        for row, trial in enumerate(trials.trials, 1):
            role = "heading" if trial is best else "label" if trials.equal(trial) else "dim"
            words = self._words(trial)
            if self._narrow and trial.problem is None and not trials.equal(trial):
                words = self.tr("{switches} (differs)").format(switches=words)
            self._put(row, 0, words, role)
            if trial.problem is not None:
                self._put(row, 1, said(trial.problem), "dim", across=len(heads) - 1)
                continue
            cells = [thousands(round(trial.images_per_second)), f"{trials.factor(trial):.2f}×"]
            if not self._narrow:
                cells += [self._memory(trial)] if measured_memory else []
                cells += [self._difference(trials, trial)]
            for column, cell in enumerate(cells, 1):
                self._put(row, column, cell, role)

    def rows(self) -> list[list[str]]:
        """The words of all cells, row by row."""
        found: dict[int, list[str]] = {}
        for index in range(self._grid.count()):
            item = self._grid.itemAt(index)
            widget = None if item is None else item.widget()
            if isinstance(widget, QLabel):
                row = self._grid.getItemPosition(index)[0]  # type: ignore[index]
                found.setdefault(row, []).append(widget.text())
        return [found[row] for row in sorted(found)]

    def _words(self, trial: Trial) -> str:
        words = switch_words(trial.machine)
        if self._narrow and trial.machine.precision == "float32":
            # what most have needs no words
            words = tuple(word for word in words if word.text != "float32")
        return " · ".join(said(word) for word in words)

    def _memory(self, trial: Trial) -> str:
        if trial.memory is None:
            return ""
        return self.tr("{size} MB").format(size=thousands(round(trial.memory / _MEGA)))

    def _difference(self, trials: SpeedTrials, trial: Trial) -> str:
        if trial.difference == 0:
            return self.tr("none")
        words = f"{trial.difference:.0e}".replace("e-0", "e-")
        return words if trials.equal(trial) else self.tr("{difference}, too far").format(difference=words)

    def _put(self, row: int, column: int, words: str, role: str, across: int = 1) -> None:
        label = QLabel(words)
        if self._narrow:
            # the same in small letters
            role = "section" if role == "heading" else "dim"
        label.setProperty("role", role)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if across > 1 or (column == 0 and self._narrow):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if across > 1 or column == 0:
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        else:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(label, row, column, 1, across)
