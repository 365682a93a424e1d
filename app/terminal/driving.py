"""Drives a run in the terminal: its events are kept and shown, signals stop it, and its end is told."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

from app.terminal.printing import print_lines
from app.terminal.progress import Bar, Lines, Silence
from app.terminal.together import LeftAloneError, silent
from networks.core.message import UserError, message
from networks.runs.events import Event, Failed, Finished, Noticed, Validated
from networks.runs.record import Record
from networks.runs.verdict import verdict

if TYPE_CHECKING:
    from networks.training.engine.run import Run
    from networks.training.experiments.comparing import Comparing
    from networks.training.keeping.recorder import Recorder

TELL_SECONDS = 0.1
"""How often events are added to the record and the bar is drawn."""
WEIGHTS = "weights.safetensors"
"""The file, in a run's folder and in that of `--out`, with the weights that the recipe keeps."""


class Signals:
    """Ctrl+C, and a system's request to end, are remembered until the running batch is done.

    A second Ctrl+C interrupts at once.
    """

    def __init__(self) -> None:
        self.caught = 0
        self.run: Run | Comparing | None = None
        """What is asked to hurry when a signal comes."""
        self.ending = False
        """Whether the process ends anyway, and still has to say why: torchrun asks it to end as well."""
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Signals:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._keep)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_IGN if self.ending else handler)

    def _keep(self, number: int, _: FrameType | None) -> None:
        if self.caught:
            raise KeyboardInterrupt
        self.caught = number
        if self.run is not None:
            self.run.hurry()


class Table(Protocol):
    """A table of all steps, written while a run goes on."""

    def take(self, events: list[Event]) -> None:
        """Takes what the run has told since the last time. Raises UserError where it cannot be written."""

    def end_epoch(self) -> None:
        """An epoch is complete: the file holds all of it. Raises UserError where it cannot be written."""


class Telling:
    """Passes events to the run's folder, to the record and to a table, and then shows the record.

    They come several at a time.
    """

    def __init__(
        self,
        record: Record,
        recorder: Recorder | None,
        progress: Lines | Bar | Silence,
        table: Table | None = None,
    ) -> None:
        self._record, self._recorder, self._progress = record, recorder, progress
        self._table = table
        self._waiting: list[Event] = []
        self._told = 0.0

    def take(self, event: Event) -> None:
        """Takes the next event, which reaches the record in a moment, at the latest with its epoch's end."""
        told = () if self._recorder is None else self._recorder.take(event)
        for notice in (event, *told) if isinstance(event, Noticed) else told:
            self._progress.note(str(notice.message))
        self._waiting.append(event)
        if isinstance(event, Validated | Finished | Failed) or time.monotonic() - self._told >= TELL_SECONDS:
            self.record_all()
            if isinstance(event, Validated) and self._table is not None:
                self._table.end_epoch()
            self._progress.show(self._record)
            if isinstance(event, Finished | Failed):
                self._progress.close()

    def record_all(self) -> None:
        """Adds all waiting events to the record and to the table."""
        events, self._waiting = self._waiting, []
        self._told = time.monotonic()
        self._record.take(events)
        if self._table is not None:
            self._table.take(events)


def drive(
    run: Run,
    telling: Telling,
    signals: Signals,
    epochs: int | None = None,
    events: Generator[Event, None, None] | None = None,
) -> Finished | Failed:
    """Takes events until the leg ends or a signal arrives; returns the last event.

    `events` are those of the run, where it does not train in the usual way.
    """
    signals.run = run
    events = events or run.train(epochs)
    ending: Finished | Failed | None = None
    try:
        for event in events:
            telling.take(event)
            if isinstance(event, Finished | Failed):
                ending = event
            elif _stops(run, signals):
                break
    finally:
        events.close()
        telling.record_all()
    if ending is None:
        for event in run.stopped():
            telling.take(event)
            if isinstance(event, Finished | Failed):
                ending = event
    assert ending is not None, "a leg that was not stopped ends with its reason"
    signals.ending = isinstance(ending, Finished) and ending.reason == "interrupted"
    return ending


def _stops(run: Run, signals: Signals) -> bool:
    """Whether to stop after this event; several processes that train together stop after the same step."""
    if run.ranks is None:
        return bool(signals.caught)
    run.ranks.stop_wished = bool(signals.caught)
    return run.ranks.stop_agreed


def ended(
    run: Run,
    ending: Finished | Failed,
    record: Record,
    out: Path | None,
    recorder: Recorder | None,
    signals: Signals,
) -> int:
    """Says what came of a run and where it lies; gives the exit code.

    Raises UserError where it broke off, and where it is kept nowhere whole.
    """
    from networks.exporting.weights import weights_words

    whole = recorder is not None and not recorder.lacks_results
    places = [] if out is None else [out]
    places += [recorder.folder] if recorder is not None and whole else []

    if isinstance(ending, Finished) and ending.reason == "interrupted":
        raise LeftAloneError(ending.message)
    if silent(run.ranks):
        return _exit_code(ending, signals)
    where = " and ".join(f"{place}{os.sep}" for place in places)
    print_lines(f"{_said(ending, record)}{f' Curves and weights are in {where}' if where else ''}")
    which = weights_words(run, run.project.recipe.learning.stopping.keep)
    if where and which is not None:
        print_lines(f"{WEIGHTS} holds {which}.")
    if recorder is not None and not whole:
        raise UserError(
            message(
                "Not all of the run could be written into “{path}”. “backbone resume” goes on from what is "
                "there.",
                path=os.fspath(recorder.folder),
            )
        )
    return _exit_code(ending, signals)


def _exit_code(ending: Finished | Failed, signals: Signals) -> int:
    if signals.caught:
        return 128 + signals.caught
    if isinstance(ending, Failed) or ending.reason == "diverged":
        raise UserError(ending.message)
    return 0


def _said(ending: Finished | Failed, record: Record) -> str:
    if isinstance(ending, Failed) or ending.reason == "diverged":
        return "Broke off."
    return str(verdict(record).sentence)
