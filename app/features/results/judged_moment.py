"""The moment that the probe is looked at with: Results judges the same weights, and goes along with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.feature.desk import Desk
from app.probing.sources import KeptSource, Source
from networks.core.after_step import AfterStep
from networks.runs.judgement.judgement import AtMoment, Weights
from networks.runs.record import Record


class JudgedMoment(QObject):
    """Follows the choice of weights for the probe; elsewhere than at a moment there is nothing to judge."""

    moved = Signal()
    """Another moment is looked at, or none any more."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.run = ""
        """The id of the run whose moment it is; empty for none."""
        self._at = AfterStep(0)
        desk.probing.options_changed.connect(self._look)

    def step(self, run: str) -> int | None:
        """After which step of this run; None where it is not looked at."""
        return self._at.step if run == self.run and run in self._desk.runs.kept.folders else None

    def kinds(self, run: str) -> tuple[Weights, ...]:
        """What can be judged of this run besides its other weights."""
        return () if self.step(run) is None else (self.kind,)

    @property
    def kind(self) -> AtMoment:
        """Whether it is looked at with the weights of then, or with averaged ones."""
        return "averaged moment" if self._at.averaged else "moment"

    def folder(self) -> Path:
        """Where the run lies."""
        return self._desk.runs.kept.folders[self.run]

    def epoch(self, record: Record) -> float:
        """After how many epochs of its run that was."""
        return self._at.step / max(1, record.steps_per_epoch)

    def source(self, record: Record) -> Source:
        """The weights, for whoever borrows them."""
        kept = KeptSource(record.run, self.folder(), record)
        return Source(None, self._at, self._at.step, (), kept)

    @Slot()
    def _look(self) -> None:
        options = self._desk.probing.options
        weights = options.weights
        at = (options.run, weights) if isinstance(weights, AfterStep) else ("", AfterStep(0))
        if at != (self.run, self._at):
            self.run, self._at = at
            self.moved.emit()
