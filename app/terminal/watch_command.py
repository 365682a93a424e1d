"""`backbone watch`: follows a run that another process trains, row by row, until it ends."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Protocol

import numpy as np

from app.terminal.printing import print_lines
from app.terminal.progress import Bar
from networks.core.message import UserError, message, visible
from networks.runs.events import Event, Failed, Started, Stepped, Validated
from networks.runs.kept.following import Follower
from networks.runs.kept.reading import is_run
from networks.runs.measures import MEASURES, TRAINING_ACCURACY, TRAINING_LOSS, Measure
from networks.runs.record import MANY, Record
from networks.runs.table import TableOfSteps
from networks.runs.verdict import verdict

LOOK_SECONDS = 0.5
"""How often the folder is looked at; whoever trains writes once a second."""


def watch(folder: Path, *, csv: bool) -> int:
    """Prints what a run tells until it ends, and then its end in words; gives the exit code.

    0 where it was finished or stopped, 1 where it broke off, diverged or was interrupted. `csv` prints the
    table of all steps. Raises UserError where there is no run that can be read, and KeyboardInterrupt on
    Ctrl+C, which ends the watching and not the run.
    """
    if not is_run(folder):
        raise UserError(message("“{path}” is not the folder of a run.", path=str(folder)))
    steps = _Steps() if csv else None
    follower = Follower(folder, most=MANY, table=steps)
    record = follower.begin().record
    table: _Table = steps or _Epochs(record.title)
    try:
        table.show(record)
        while record.ended is None:
            time.sleep(LOOK_SECONDS)
            news = follower.read()
            if news.anew is not None:
                record = news.anew.record
                print_lines(
                    "Note: The run went on from an earlier step; what came after it comes again.", sys.stderr
                )
                table.go_back(record)
            record.take(news.events)
            table.show(record)
    except KeyboardInterrupt:
        table.clear()
        print_lines("Not watched any more. The run goes on.", sys.stderr)
        raise
    table.clear()
    ended = record.ended
    print_lines(str(verdict(record).sentence), sys.stderr if csv else sys.stdout)
    return 1 if isinstance(ended, Failed) or ended.reason in ("diverged", "interrupted") else 0


class _Table(Protocol):
    """Prints the rows of a record as they come."""

    def show(self, record: Record) -> None:
        """Prints the rows that are new."""

    def go_back(self, record: Record) -> None:
        """Goes on with another record of the same run, which may have fewer rows."""

    def clear(self) -> None:
        """Removes what is drawn below the rows."""


class _Steps:
    """A row for each step, as CSV; a validation stands in the row of the step that it follows.

    Rows are written as they are read, so that a run of any length can be watched.
    """

    def __init__(self) -> None:
        self._table = TableOfSteps(sys.stdout)
        self._step = self._judged = 0
        """The last step, and the last validation, that was told."""
        self._legs = self._read = 0
        """How many legs were told, and how many of them have been read since it was begun with."""
        self._waits = False
        """Whether the last step ends an epoch: its validation belongs into its row."""

    def begin(self) -> None:
        self._read = 0

    def take(self, events: list[Event]) -> None:
        self._table.take([event for event in events if self._tells(event)])

    def _tells(self, event: Event) -> bool:
        """Whether an event tells something new; from then on it is told."""
        if isinstance(event, Started):
            self._read += 1
            if self._read > self._legs:
                # it may have gone back: what came after this step comes again
                self._legs = self._read
                if event.step < self._step:
                    self._table.end_row()
                self._step, self._judged = min(self._step, event.step), min(self._judged, event.step)
        elif isinstance(event, Stepped) and event.step > self._step:
            self._step, self._waits = event.step, float(event.epoch).is_integer()
            return True
        elif isinstance(event, Validated) and event.step > self._judged:
            self._judged = event.step
            return True
        return False

    def show(self, record: Record) -> None:
        if record.ended is not None or not self._waits or self._judged >= self._step:
            self._table.end_row()
        sys.stdout.flush()

    def go_back(self, record: Record) -> None:
        """What is read again was told already, up to where the run went back to."""

    def clear(self) -> None:
        """Nothing is drawn below."""


class _Epochs:
    """A row for each epoch, and on a terminal a line below them that says how far the next one is."""

    def __init__(self, title: str) -> None:
        print_lines(title)
        self._told = -1
        """How many epochs have a row; -1 before the heading is printed."""
        self._averaged = False
        watched = sys.stdout.isatty() and sys.stderr.isatty()
        self._bar = Bar(sys.stderr) if watched else None

    def show(self, record: Record) -> None:
        count = len(record.validations)
        if count > max(self._told, 0) or record.ended is not None:
            self.clear()
            if self._told < 0 or self._averaged != record.averages:
                self._head(record)
            for index in range(self._told, count):
                print_lines(_row(record, index, self._measures(record)))
            self._told = count
        if self._bar is not None and record.ended is None and record.measured:
            self._bar.show(record)

    def go_back(self, record: Record) -> None:
        self._told = min(self._told, len(record.validations))

    def clear(self) -> None:
        if self._bar is not None:
            self._bar.clear()

    def _head(self, record: Record) -> None:
        self._averaged, self._told = record.averages, max(self._told, 0)
        names = [measure.name for measure in self._measures(record)]
        print_lines(_line(["epoch", *names], [len(name) for name in names]))

    def _measures(self, record: Record) -> list[Measure]:
        epochs = [each for each in MEASURES if each.each == "epoch" and each.name in record.validations]
        return [TRAINING_LOSS, TRAINING_ACCURACY, *epochs]


def _row(record: Record, index: int, measures: list[Measure]) -> str:
    """An epoch: of what each step measures the mean over its steps, and what its validation gave."""
    epochs = record.validations.epoch
    first, last = np.searchsorted(record.steps.epoch, (epochs[index] - 1 + 1e-9, epochs[index] + 1e-9))
    cells = [f"{epochs[index]:.0f}"]
    for measure in measures:
        if measure.each == "step" and record.thinned:
            cells.append(measure.quantity.figure(record.mean_of_epoch(measure, index)))
            continue
        values = record.series(measure).values(measure.name) if measure.name in record.series(measure) else ()
        some = values[first:last] if measure.each == "step" else values[index : index + 1]
        cells.append(measure.quantity.figure(float(np.mean(some)) if len(some) else None))
    return _line(cells, [len(measure.name) for measure in measures])


def _line(cells: list[str], widths: list[int]) -> str:
    return "  ".join(visible(cell).rjust(width) for cell, width in zip(cells, [5, *widths], strict=True))
