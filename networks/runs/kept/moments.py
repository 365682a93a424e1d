"""The moments of a run: its weights at the start, after epochs and at the end, each in a file of its own.

They lie in `moments` in the run's folder, named by the step after which the run had these weights. A budget
bounds what they take on the disk; where it is full they are thinned evenly.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

MOMENTS = "moments"
MOST = 256
"""The most that are kept, however small they are: on a curve nobody could tell more apart."""
MEGABYTE = 1_000_000
_FILE = re.compile(r"(\d{8,15})\.safetensors")


class Moment(NamedTuple):
    """The weights after a step, and how many bytes their file takes."""

    step: int
    path: Path
    size: int


def moments_of(folder: Path) -> tuple[Moment, ...]:
    """The moments in a run's folder, the earliest first; none where they cannot be listed."""
    found = []
    try:
        with os.scandir(folder / MOMENTS) as entries:
            for entry in entries:
                match = _FILE.fullmatch(entry.name)
                if match is None:
                    continue
                told = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(told.st_mode):
                    found.append(Moment(int(match[1]), folder / MOMENTS / entry.name, told.st_size))
    except OSError:
        return ()
    return tuple(sorted(found))


def moment_path(folder: Path, step: int) -> Path:
    """The file of the moment after this step."""
    return folder / MOMENTS / f"{step:08}.safetensors"


def capacity(budget: int, size: int) -> int:
    """How many moments of `size` bytes fit into `budget` megabytes; 0 where not even start and end do."""
    room = min(MOST, budget * MEGABYTE // max(1, size))
    return room if room > 1 else 0


def thinned(
    steps: Iterable[int], steps_per_epoch: int, room: int, every: int = 1
) -> tuple[tuple[int, ...], int]:
    """Which of these moments are kept where there is room for `room` of them, and the new `every`.

    The first and the last one are always kept, and between them each `every`-th epoch. Where those are too
    many, `every` doubles until they fit. A moment inside an epoch goes as soon as it is not the last. So it
    makes no difference whether moments are thinned all at once or one by one as they come, as long as `every`
    is handed on.
    """
    known = sorted(set(steps))
    while True:
        kept = tuple(
            step
            for place, step in enumerate(known)
            if place in (0, len(known) - 1) or on_grid(step, steps_per_epoch, every)
        )
        if len(kept) <= max(2, room):
            return kept, every
        every *= 2


def on_grid(step: int, steps_per_epoch: int, every: int) -> bool:
    """Whether an epoch ends with this step whose number `every` divides."""
    return step % (steps_per_epoch * every) == 0


def stride_of(steps: Collection[int], steps_per_epoch: int) -> int:
    """Which `every` these moments were kept with: a power of two.

    The last moment does not count: it is kept wherever it falls.
    """
    inner = [step // steps_per_epoch for step in sorted(steps)[:-1] if on_grid(step, steps_per_epoch, 1)]
    if len(inner) < 2:
        return 1
    stride = 1
    while all(epoch % (2 * stride) == 0 for epoch in inner):
        stride *= 2
    return stride
