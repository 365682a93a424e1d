"""How far a run is, from its events: epoch, time for an epoch, time left; only what was measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from networks.runs.events import Event, Failed, Finished, Started, Stepped, Validated


class Progress:
    """Takes the events of one run and tells where it stands.

    `seconds_left` is an estimate from the measured time of the steps of this leg, None before there is one.
    The clock is handed in for tests; `pause` and `resume` leave out the time in which the run was paused.
    """

    def __init__(self, epochs: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.epochs = epochs
        self.epoch = 0.0
        self.device = ""
        self.threads = 0
        self.seconds_per_epoch: float | None = None
        self.ended: Finished | Failed | None = None
        self._clock = clock
        self._steps_per_epoch = 0
        self._first_step = self._last_step = 0
        self._began = self._last = 0.0
        self._paused_at: float | None = None

    def take(self, events: Iterable[Event]) -> None:
        """Looks at the next events of the run."""
        for event in events:
            match event:
                case Started():
                    self._start(event)
                case Stepped():
                    self._last_step, self.epoch = event.step, event.epoch
                case Validated():
                    self.seconds_per_epoch = event.seconds
                case Finished() | Failed():
                    self.ended = event
        self._last = self._clock()

    def pause(self) -> None:
        """The run holds on from now."""
        self._paused_at = self._clock()

    def resume(self) -> None:
        """The run goes on from now."""
        if self._paused_at is not None:
            self._began += self._clock() - self._paused_at
            self._paused_at = None

    @property
    def fraction(self) -> float:
        """Share of the steps that are done, 0 to 1."""
        return min(1.0, self.epoch / self.epochs) if self.epochs else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds to the end, or None where nothing was measured yet or the run has ended."""
        done = self._last_step - self._first_step
        if self.ended is not None or done < 1 or self._last <= self._began:
            return None
        remaining = self.epochs * self._steps_per_epoch - self._last_step
        return max(0.0, (self._last - self._began) / done * remaining)

    def _start(self, event: Started) -> None:
        self.device, self.threads = event.device, event.threads
        self._steps_per_epoch = event.steps_per_epoch
        self._first_step = self._last_step = event.step
        self._began = self._clock()
        self.ended = None
