"""What the strip below the curves shows: the moments of a run, and what the network answered then."""

from __future__ import annotations

import msgspec

from networks.xray.film import Frame


class Moment(msgspec.Struct, frozen=True, eq=False):
    """A moment of a run, by epochs, with its frame of the film once that is made."""

    step: int
    epoch: float
    frame: Frame | None = None


class Told(msgspec.Struct, frozen=True, eq=False):
    """All moments of a run, which of them is looked at, and what is said of them.

    `at` is an index, None while something else is looked at. `map` names the map of the frames, `bound` is
    the number that its strongest colour stands for.
    """

    run: str
    moments: tuple[Moment, ...]
    at: int | None = None
    classes: tuple[str, ...] = ()
    map: str = ""
    bound: float = 0.0
    words: str = ""
    """How many there are, and what they take."""
    hint: str = ""
    """What to do to see more than the moments."""
    color: str = ""
    """That of the run's curves."""
    averaged: bool = False
    """Whether the frames are those of averaged weights."""

    def tells_as_much_as(self, other: Told) -> bool:
        """Whether the other one tells the very same."""
        mine, others = ([(m.step, m.epoch, id(m.frame)) for m in told.moments] for told in (self, other))
        same = (msgspec.structs.astuple(msgspec.structs.replace(told, moments=())) for told in (self, other))
        return mine == others and len(set(same)) == 1
