"""How far a run is, in the terminal: a bar where somebody looks at it, otherwise a line for each epoch."""

from __future__ import annotations

import math
import os
import time
from typing import TYPE_CHECKING, TextIO

from networks.runs.events import Event, Finished, Stepped, Validated
from networks.runs.measures import TRAINING_LOSS, VALIDATION_ACCURACY, VALIDATION_LOSS

if TYPE_CHECKING:
    from networks.training.run import Run

REDRAW_SECONDS = 0.1
LONGEST = len("epoch 100/100  loss 0.0000  validation 0.0000, 00.0%  00.00 s/epoch  00 min 00 s left")


class Lines:
    """Progress where no terminal shows it: one line for each epoch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._losses: list[float] = []

    def show(self, event: Event, run: Run) -> None:
        """Takes every event."""
        if isinstance(event, Stepped):
            self._losses.append(event.values[TRAINING_LOSS.name])
        elif isinstance(event, Validated):
            loss = math.fsum(self._losses) / len(self._losses) if self._losses else math.nan
            self._stream.write(
                f"epoch {event.epoch}/{run.target_epochs}: training loss {loss:.4f}, "
                f"validation loss {event.values[VALIDATION_LOSS.name]:.4f}, "
                f"validation accuracy {event.values[VALIDATION_ACCURACY.name]:.1%}, "
                f"{event.seconds:.2f} s\n"
            )
            self._stream.flush()
            self._losses.clear()

    def close(self) -> None:
        """Nothing stands half written."""


class Bar:
    """Progress on a terminal: one line that is drawn again ten times a second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = 0.0
        self._loss = math.nan
        self._judged: Validated | None = None
        self._full, self._empty = ("━", "╌") if _can_print(stream, "━╌") else ("#", "-")

    def show(self, event: Event, run: Run) -> None:
        """Takes every event."""
        if isinstance(event, Stepped):
            # like the curves in the window: smoothed, so that the number can be read
            loss = event.values[TRAINING_LOSS.name]
            self._loss = loss if math.isnan(self._loss) else 0.9 * self._loss + 0.1 * loss
        elif isinstance(event, Validated):
            self._judged = event
        now = time.monotonic()
        if now - self._drawn >= REDRAW_SECONDS or isinstance(event, Finished):
            self._drawn = now
            self._draw(run)

    def close(self) -> None:
        """Goes to a line of its own."""
        self._stream.write("\n")
        self._stream.flush()

    def _draw(self, run: Run) -> None:
        epoch = min(math.floor(run.epoch) + 1, run.target_epochs)
        parts = [f"epoch {epoch}/{run.target_epochs}"]
        if not math.isnan(self._loss):
            parts.append(f"loss {self._loss:.4f}")
        if self._judged is not None:
            left = (run.target_epochs - run.epoch) * self._judged.seconds
            parts += [
                f"validation {self._judged.values[VALIDATION_LOSS.name]:.4f}, "
                f"{self._judged.values[VALIDATION_ACCURACY.name]:.1%}",
                f"{self._judged.seconds:.2f} s/epoch",
                f"{duration(left)} left",
            ]
        # the last column stays free: some terminals go to the next line when it is written
        room = _columns(self._stream) - 1
        line = "  ".join(parts)
        # as wide as the longest text leaves, so that it does not change with every number
        width = min(40, room - max(len(line), LONGEST) - 2)
        if width >= 8:
            done = min(width, math.floor(width * run.epoch / run.target_epochs))
            line = f"{self._full * done}{self._empty * (width - done)}  {line}"
        self._stream.write(f"\r{line[:room].ljust(room)}")
        self._stream.flush()


def progress_for(stream: TextIO) -> Lines | Bar:
    """The bar where somebody looks at it."""
    return Bar(stream) if stream.isatty() else Lines(stream)


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
