"""How far a run has come: epoch, seconds per epoch, seconds left, all from what was measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from networks.runs.events import Event, Failed, Finished, Noticed, Started, Steered, Stepped, Validated


class Progress:
    """Follows the events of one run.

    `seconds_left` is estimated from the time that the steps of this leg took; None before the first step.
    `pause` and `resume` keep pauses out of it. Tests pass a `clock` of their own.
    """

    def __init__(self, epochs: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.epochs = epochs
        self.epoch = 0.0
        self.device = ""
        self.threads = 0
        self.seconds_per_epoch: float | None = None
        self.ended: Finished | Failed | None = None
        self.round, self.rounds = 1, 1
        """Which one it is of how many that follow each other with other seeds, as in a comparison."""
        self.of_sweep = False
        """Whether those that follow are the runs of a sweep, of which each takes its own time."""
        self._clock = clock
        self._steps_per_epoch = 0
        self._first_step = self._last_step = 0
        self._began = self._last = 0.0
        self._paused_at: float | None = None

    def take(self, events: Iterable[Event]) -> None:
        """Takes the next events of the run."""
        for event in events:
            match event:
                case Started():
                    self._start(event)
                case Stepped():
                    self._last_step, self.epoch = event.step, event.epoch
                case Steered():
                    self.epochs = event.epochs
                case Noticed() if self._last_step == self._first_step:
                    # what was waited for is no time of a step
                    self._began = self._clock()
                case Validated():
                    self.seconds_per_epoch = event.seconds
                case Finished() | Failed():
                    self.ended = event
        self._last = self._clock()

    def count_from_here(self) -> None:
        """What it has taken so far was read back at once: steps take time from now on."""
        self._first_step, self._began = self._last_step, self._clock()

    def number_of_run(self, number: int, count: int) -> None:
        """It is this one of so many runs of a sweep."""
        self.round, self.rounds, self.of_sweep = number, count, True

    def pause(self) -> None:
        """The run is paused from now on."""
        self._paused_at = self._clock()

    def resume(self) -> None:
        """The run continues."""
        if self._paused_at is not None:
            self._began += self._clock() - self._paused_at
            self._paused_at = None

    @property
    def fraction(self) -> float:
        """Share of the steps that have been made in all rounds, 0 to 1."""
        own = min(1.0, self.epoch / self.epochs) if self.epochs else 0.0
        return (self.round - 1 + own) / self.rounds

    @property
    def seconds_per_step(self) -> float | None:
        """Mean seconds of the steps of this leg, validation included; None before the first."""
        done = self._last_step - self._first_step
        return (self._last - self._began) / done if done >= 1 and self._last > self._began else None

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds to the end of all rounds; None before the first step and after the end.

        In a sweep these are the seconds to the end of this run.
        """
        done = self._last_step - self._first_step
        if self.ended is not None or done < 1 or self._last <= self._began:
            return None
        whole = self.epochs * self._steps_per_epoch
        rounds = 0 if self.of_sweep else self.rounds - self.round
        remaining = whole - self._last_step + rounds * whole
        return max(0.0, (self._last - self._began) / done * remaining)

    def _start(self, event: Started) -> None:
        self.device, self.threads = event.device, event.threads
        self._steps_per_epoch = event.steps_per_epoch
        self._first_step = self._last_step = event.step
        self._began = self._clock()
        self.ended = None
