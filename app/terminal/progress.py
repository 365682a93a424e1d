"""Progress in the terminal: a bar if somebody is watching, otherwise a line for each epoch."""

from __future__ import annotations

import math
import os
from typing import TextIO

import numpy as np

from networks.core.message import visible_lines
from networks.runs.measures import TRAINING_LOSS, VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.runs.record import Record
from networks.runs.series import Floats
from networks.runs.smoothing import Smoother

SMOOTHING = 0.9
"""The weight of the moving average of the loss, so that it can be read; that of the window's curves."""
LONGEST = len("epoch 100/100  loss 0.0000  validation 0.0000, 00.0%  00.00 s/epoch  00 min 00 s left")


class _NewLosses:
    """The training losses of the steps that came since they were asked for last; older ones may be gone."""

    def __init__(self, step: int = 0) -> None:
        """Those after this step."""
        self._step = step

    def of(self, record: Record) -> Floats:
        """Those of a record that has grown."""
        steps = record.steps.step
        first = np.searchsorted(steps, self._step, side="right")
        if len(steps):
            self._step = int(steps[-1])
        return record.steps.values(TRAINING_LOSS.name)[first:]


class Lines:
    """Progress in a file or a pipe: one line for each epoch."""

    def __init__(self, stream: TextIO, told: Record | None = None) -> None:
        """What the record of a run that goes on holds already is not written again."""
        self._stream = stream
        self._epochs = 0 if told is None else len(told.validations)
        """How many validations of the record have been told."""
        self._new = _NewLosses(0 if told is None or not len(told.steps) else int(told.steps.step[-1]))
        self._sum, self._count = 0.0, 0
        """Of the training losses that have come since."""

    def show(self, record: Record) -> None:
        """Writes a line if an epoch has ended; called whenever the record has grown."""
        losses = self._new.of(record)
        self._sum, self._count = self._sum + math.fsum(losses), self._count + len(losses)
        if len(record.validations) == self._epochs:
            return
        loss = self._sum / self._count if self._count else math.nan
        self._stream.write(
            f"epoch {record.validations.epoch[-1]:.0f}/{record.progress.epochs}: training loss {loss:.4f}, "
            f"validation loss {record.value(VALIDATION_LOSS):.4f}, "
            f"validation accuracy {record.value(VALIDATION_ACCURACY):.1%}, "
            f"{record.progress.seconds_per_epoch:.2f} s\n"
        )
        self._stream.flush()
        self._epochs, self._sum, self._count = len(record.validations), 0.0, 0

    def note(self, sentence: str) -> None:
        """Writes a sentence on a line of its own."""
        self._stream.write(f"Note: {visible_lines(sentence)}\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing to do: every line is finished."""


class Bar:
    """Progress on a terminal: one line that is drawn again and again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._smoother = Smoother(SMOOTHING)
        self._new = _NewLosses()
        self._loss = math.nan
        self._full, self._empty = ("━", "╌") if _can_print(stream, "━╌") else ("#", "-")

    def show(self, record: Record) -> None:
        """Draws the bar; called whenever the record has grown."""
        losses = self._new.of(record)
        if len(losses):
            self._loss = float(self._smoother.extend(losses)[-1])
        progress = record.progress
        epoch = min(math.floor(progress.epoch) + 1, progress.epochs)
        parts = [f"epoch {epoch}/{progress.epochs}"]
        if not math.isnan(self._loss):
            parts.append(f"loss {self._loss:.4f}")
        if len(record.validations):
            parts += [
                f"validation {record.value(VALIDATION_LOSS):.4f}, {record.value(VALIDATION_ACCURACY):.1%}",
                f"{progress.seconds_per_epoch:.2f} s/epoch",
                f"{duration(progress.seconds_left or 0.0)} left",
            ]
        self._draw("  ".join(parts), progress.fraction)

    def note(self, sentence: str) -> None:
        """Writes a sentence on a line of its own, and the bar below it."""
        self.clear()
        self._stream.write(f"Note: {visible_lines(sentence)}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Removes the bar, so that other lines can be printed; `show` draws it again."""
        room = _columns(self._stream) - 1
        self._stream.write(f"\r{' ' * room}\r")
        self._stream.flush()

    def close(self) -> None:
        """Ends the line."""
        self._stream.write("\n")
        self._stream.flush()

    def _draw(self, line: str, fraction: float) -> None:
        # the last column stays free: some terminals go to the next line when it is written
        room = _columns(self._stream) - 1
        # as wide as the longest text leaves, so that it does not change with every number
        width = min(40, room - max(len(line), LONGEST) - 2)
        if width >= 8:
            done = min(width, math.floor(width * fraction))
            line = f"{self._full * done}{self._empty * (width - done)}  {line}"
        self._stream.write(f"\r{line[:room].ljust(room)}")
        self._stream.flush()


class Silence:
    """No progress: another process shows it."""

    def show(self, record: Record) -> None:
        """Shows nothing."""

    def note(self, sentence: str) -> None:
        """Writes nothing."""

    def close(self) -> None:
        """Nothing to do."""


def progress_for(
    stream: TextIO, told: Record | None = None, *, silent: bool = False
) -> Lines | Bar | Silence:
    """A bar on a terminal, lines in a file or a pipe, of a run that begins or goes on."""
    if silent:
        return Silence()
    return Bar(stream) if stream.isatty() else Lines(stream, told)


def duration(seconds: float) -> str:
    """`42 s`, `3 min 5 s`, `2 h 14 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _can_print(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
