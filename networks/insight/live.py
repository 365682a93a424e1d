"""Looks into a run between two of its steps: the newest wish wins, in a small share of the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from networks.core.message import Message
from networks.insight.looker import Looker, Measured
from networks.insight.pictures import Pictures
from networks.insight.xrays import Wanted
from networks.training.run import Run
from networks.xray.view import XRay

VIEWS, HEALTH = 0.035, 0.01
"""Shares of the time that views may take, and what says how layers fare. Together less than a twentieth."""
SELDOM = 1.0
"""Seconds between two looks at how layers fare, at least."""


class Wish(NamedTuple):
    """What is to be looked at, in a run with this id."""

    run: str
    pictures: Pictures
    wanted: Wanted


class Seen(NamedTuple):
    """What was seen for a wish; `measured` is that of the last time."""

    wish: Wish
    xray: XRay
    measured: Measured | None


class Live:
    """One slot for what is wished and one for what was seen last, both overwritten: nothing piles up.

    The thread that trains calls `look` between two steps. It measures how long looking takes, and looks the
    more seldom the longer that is. The run's numbers stay as they would be, to the bit.
    """

    def __init__(
        self,
        explain: Callable[[BaseException], Message],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`explain` has words for what goes wrong while looking."""
        self.wish: Wish | None = None
        self.seen: Seen | None = None
        self.problem: Message | None = None
        """Why it looks no more for the present wish."""
        self.spent = 0.0
        """Seconds that were spent on looking so far."""
        self._explain, self._clock = explain, clock
        self._due = self._health_due = 0.0
        self._looker: tuple[Run, Looker] | None = None
        self._failed: Wish | None = None
        self._measured: tuple[Wish, Measured] | None = None

    def look(self, run: Run) -> None:
        """Looks if its time has come. Only between two steps, in the thread that trains."""
        wish, now = self.wish, self._clock()
        if wish is None or wish.run != run.id or wish is self._failed or now < self._due:
            return
        try:
            self._look(run, wish, now)
        except Exception as error:  # noqa: BLE001  the run goes on, and the user is told
            self._failed, self.problem = wish, self._explain(error)

    def forget(self) -> None:
        """Lets go of the run, its network and what was seen. Only while nobody trains."""
        self.wish = self.seen = self._looker = self._failed = self._measured = self.problem = None

    def _look(self, run: Run, wish: Wish, now: float) -> None:
        if self._looker is None or self._looker[0] is not run:
            self._looker, self._measured = (run, Looker(run.module, run.project)), None
            self._health_due = 0.0
        looker = self._looker[1]
        looker.step = run.step
        found = looker.look(wish.pictures, wish.wanted)
        done = self._clock()
        self._due = done + (done - now) / VIEWS
        self.spent += done - now
        other = self._measured is None or self._measured[0] is not wish
        if done >= self._health_due:
            focus = wish.wanted.focus
            near = "" if focus is None else focus.name
            found_too = looker.measure(wish.pictures, wish.wanted.names, near, of_step=True)
            self._measured = wish, found_too
            end = self._clock()
            self._health_due = end + max(SELDOM, (end - done) / HEALTH)
            self.spent += end - done
            other = False
        self.seen = Seen(wish, found, None if other or self._measured is None else self._measured[1])
