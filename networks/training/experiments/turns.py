"""Trains several runs turn about in one thread, each to the bit as if it were alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

import torch

from networks.runs.events import Event, Failed, Finished
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Recorder

SLICE = 0.1
"""Seconds for which one trains before it is the next one's turn; a step is never interrupted."""


class Turns:
    """Lets the run that is behind train next, so that all are about equally far, in epochs.

    A run keeps its own random numbers (`Run`) and its number of threads, so that taking turns changes nothing
    in what it computes.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        recorders: Mapping[str, Recorder] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`recorders` keep the runs in their folders, by the id of the run; a run without one is not kept."""
        self.runs = tuple(runs)
        self.recorders = dict(recorders or {})
        self._clock = clock
        self._training = {run.id: run for run in runs}
        """Those that have not come to their end."""

    def train(self) -> Generator[Event, None, None]:
        """The events of all runs. Ask for no further one to pause; close it to stop, and take `stopped`.

        Where one run breaks off, the others go on.
        """
        legs = {run.id: run.train() for run in self.runs}
        try:
            while self._training:
                # the first of equals
                run = min(self._training.values(), key=lambda run: run.epoch)
                torch.set_num_threads(run.threads)
                until = self._clock() + SLICE
                # however late it is by now: a turn in which nothing happens could come again and again
                yield from self._take(run, next(legs[run.id]))
                while run.id in self._training and self._clock() < until:
                    yield from self._take(run, next(legs[run.id]))
        finally:
            for leg in legs.values():
                leg.close()

    def stopped(self) -> Iterator[Event]:
        """After `train` was closed: the last events of all runs that had not come to their end."""
        for run in tuple(self._training.values()):
            for event in run.stopped():
                yield from self._take(run, event)

    def checkpoint(self) -> None:
        """Brings to the disk what was trained, such as before a pause."""
        for name in self._training:
            if name in self.recorders:
                self.recorders[name].checkpoint()

    def _take(self, run: Run, event: Event) -> Iterator[Event]:
        if isinstance(event, Finished | Failed):
            self._training.pop(run.id, None)
        yield event
        if run.id in self.recorders:
            yield from self.recorders[run.id].take(event)
