"""Reads how strong the gradient is in a run that goes on: between two steps, and seldom."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from networks.runs.gradient_flow import GradientFlow

if TYPE_CHECKING:
    from networks.training.engine.run import Run

OFTEN = 0.1
"""Seconds between two readings, at least."""
SHARE = 0.005
"""The part of the time that reading may take."""


class Reading(NamedTuple):
    """The gradient in the epoch that goes on, over its steps so far."""

    run: str
    flow: GradientFlow


class FlowWatch:
    """One slot, overwritten by the newest reading; `look` is for the thread that trains.

    What a step measures is added up anyway: this only reads it, and changes nothing of the run.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.wished = False
        """Whether somebody sees it."""
        self.newest: Reading | None = None
        self._clock = clock
        self._due = 0.0

    def look(self, run: Run) -> None:
        """Reads, if its time has come."""
        began = self._clock()
        if not self.wished or began < self._due:
            return
        epoch = -(-run.step // run.steps_per_epoch)
        flow = run.state.flow.so_far(epoch, run.project.network, run.state.trained())
        done = self._clock()
        self._due = max(began + OFTEN, done + (done - began) / SHARE)
        if flow is not None:
            self.newest = Reading(run.id, flow)
