"""Keeps the moments of a run while it trains: copies in the training thread, files beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from torch import Tensor

from networks.core.message import UserError, message
from networks.runs.kept.moments import (
    MOMENTS,
    capacity,
    moment_path,
    moments_of,
    on_grid,
    stride_of,
    thinned,
)
from networks.training.engine.run import Run
from networks.training.keeping.tensor_file import read_tensors, write_tensors

AVERAGED = "averaged/"
"""Before the names of averaged weights; no path of a module has a slash."""
MOST_WAITING = 2**27
"""Bytes of copies that may wait to be written; beyond that, every second epoch is skipped from then on."""


class Moments:
    """The moments of one run, from the first step to the last.

    `take` copies the weights, in the thread that trains; `write` writes what was copied, in any other thread,
    but from one at a time. Which moments are kept depends on steps and on the budget. How long that takes
    counts only where copying takes more than its share of the time: then fewer epochs are kept.
    """

    def __init__(
        self,
        run: Run,
        folder: Path,
        clock: Callable[[], float],
        share: float,
        worked: Callable[[], float] = time.thread_time,
    ) -> None:
        """`share` is the part of the time that copying may take.

        What it takes is the processor's time: that others were given the core meanwhile is not its doing, and
        no reason to keep fewer.
        """
        self._run, self._clock, self._share, self._worked = run, clock, share, worked
        self._written = {each.step for each in moments_of(folder)}
        self._waiting: dict[int, dict[str, Tensor]] = {}
        self._lock = threading.Lock()
        """Held while the queue of copies changes."""
        self._every = stride_of(self._written, run.steps_per_epoch)
        """Every how-many-th epoch is kept: there is no room for more."""
        self._stride = self._every
        """Of how many epochs one is copied: of no fewer, and of more where copying takes too long."""
        self._taken = clock()
        self.size = _size(run)
        """How many bytes a moment takes at most."""
        self.room = capacity(run.project.recipe.machine.moments, self.size)
        """How many moments fit into the budget."""

    @property
    def waiting(self) -> bool:
        """Whether there is something to write."""
        return bool(self._waiting)

    def begin_after(self, folder: Path) -> None:
        """Removes what is later than the step from which the run goes on: that did not happen any more."""
        for each in moments_of(folder):
            if each.step > self._run.step:
                with suppress(OSError):
                    each.path.unlink()
                self._written.discard(each.step)
        for rest in (folder / MOMENTS).glob(".*.tmp"):
            # files that a killed process had begun to write
            with suppress(OSError):
                rest.unlink()

    def take(self, *, last: bool = False) -> None:
        """Copies the weights after an epoch, if it is among those that are kept; the `last` ones always."""
        step, per_epoch = self._run.step, self._run.steps_per_epoch
        if not self.room or step in self._waiting or (last and step in self._written):
            return
        if not last and not on_grid(step, per_epoch, max(self._stride, self._every)):
            return
        began = self._worked()
        with self._lock:
            self._waiting[step] = _copied(self._run)
            self._make_room()
        now, took = self._clock(), self._worked() - began
        if not last and took > self._share * (now - self._taken) and step:
            self._stride *= 2
        self._taken = now

    def write(self, folder: Path) -> None:
        """Writes what waits into the run's folder and removes what there is no room for. Raises OSError.

        What was not written waits on.
        """
        while self._waiting:
            with self._lock:
                step = min(self._waiting)
                tensors = self._waiting[step]
            steps = {*self._written, step}
            kept, self._every = thinned(steps, self._run.steps_per_epoch, self.room, self._every)
            for gone in self._written - set(kept):
                moment_path(folder, gone).unlink(missing_ok=True)
                self._written.discard(gone)
            (folder / MOMENTS).mkdir(exist_ok=True)
            write_tensors(moment_path(folder, step), tensors, {"format": "pt", "step": str(step)})
            self._written.add(step)
            with self._lock:
                self._waiting.pop(step, None)

    def _make_room(self) -> None:
        """Leaves out every second epoch where copies come faster than they are written."""
        while len(self._waiting) > 2 and len(self._waiting) * self.size > MOST_WAITING:
            self._stride *= 2
            newest = max(self._waiting)
            for step in [step for step in self._waiting if step != newest]:
                if not on_grid(step, self._run.steps_per_epoch, self._stride):
                    del self._waiting[step]


def read_moment(folder: Path, step: int, *, averaged: bool = False) -> dict[str, Tensor]:
    """The weights that a run had after this step, or the `averaged` ones where it has them.

    Raises UserError where the moment is not kept or damaged.
    """
    path = moment_path(folder, step)
    if not any(each.step == step for each in moments_of(folder)):
        raise UserError(
            message(
                "The weights after step {step} are kept no more: there was no room for them, or they were "
                "deleted.",
                step=step,
            )
        )
    tensors = read_tensors(path)
    plain = {name: each for name, each in tensors.items() if not name.startswith(AVERAGED)}
    other = {name.removeprefix(AVERAGED): each for name, each in tensors.items() if name not in plain}
    return other if averaged and other else plain


def _copied(run: Run) -> dict[str, Tensor]:
    tensors = run.state.weights("last")
    if run.state.averaged is not None:
        tensors |= {f"{AVERAGED}{name}": each for name, each in run.state.weights("averaged").items()}
    return tensors


def _size(run: Run) -> int:
    """What a moment takes on the disk at most: its numbers, and the name, shape and place of each tensor."""
    numbers: int = sum(each.nbytes + len(name) + 160 for name, each in run.module.state_dict().items())
    return 256 + numbers * (1 if run.state.averaged is None else 2)
