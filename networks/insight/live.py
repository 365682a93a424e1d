"""Looks into a run between two of its steps: the newest wish wins, in a small share of the time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from networks.core.message import Message
from networks.insight.looker import Looker, Measured
from networks.insight.pictures import Pictures
from networks.insight.xrays import Wanted
from networks.training.engine.run import Run
from networks.xray.view import XRay

VIEWS, HEALTH = 0.03, 0.01
"""Shares of the time that views may take, and what says how layers fare. Together less than a twentieth, as
the caches of the processor are cold after them."""
TOGETHER = 0.03
"""Share that views may take together with the time for which showing them keeps the thread waiting."""
SOONEST, LATEST, SELDOM = 0.1, 0.31, 1.0
"""Seconds between two looks: for views at least, as nobody takes them more often, and at most, as long as
they take no more than their own share; and at how layers fare, at least."""


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


class _Share:
    """Says when something may be done again that takes a share of the time, at most, and not too often.

    Steps are long: the time for the next look has mostly come in the middle of one. So a share that was not
    used is kept, up to what the last time took, and looks come as often in the mean as they may.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._at: float | None = None
        self._next = -math.inf
        self._saved = 0.0
        self.cost = 0.0
        """Seconds that it took the last time."""

    def due(self, now: float) -> bool:
        """Whether it may be done now."""
        if self._at is not None:
            self._saved = min(self._saved + self._share * (now - self._at), self.cost)
        self._at = now
        return self._saved >= 0 and now >= self._next

    def rest(self) -> None:
        """It is not to be done: until it is asked for again, nothing is saved."""
        self._at = None

    def spend(self, began: float, ended: float, apart: float, soonest: float) -> None:
        """It was done, from one time to another, and is to be done again when this many seconds have passed.

        Where it came too late, the next time comes the sooner, but not before the `soonest`.
        """
        self._next = max(self._next + apart, began + max(soonest, apart / 2))
        self.cost = ended - began
        self._saved -= self.cost


class Live:
    """One slot for what is wished and one for what was seen last, both overwritten: nothing piles up.

    The thread that trains calls `look` between two steps. It measures how long looking takes, and looks the
    more seldom the longer that is. What was seen is of one step, and the run's numbers stay as they would be,
    to the bit.
    """

    def __init__(
        self,
        explain: Callable[[BaseException], Message],
        clock: Callable[[], float] = time.perf_counter,
        soonest: float = SOONEST,
    ) -> None:
        """`explain` has words for what goes wrong while looking."""
        self.wish: Wish | None = None
        self.seen: Seen | None = None
        self.problem: Message | None = None
        """Why it looks no more for the present wish."""
        self.spent = 0.0
        """Seconds that were spent on looking so far."""
        self.waits = 0.0
        """Seconds for which the thread that trains has to wait while what was seen is shown, each time."""
        self._explain, self._clock, self._soonest = explain, clock, soonest
        self._begin_shares()
        self._looker: tuple[Run, Looker] | None = None
        self._failed: Wish | None = None
        self._measured: tuple[Pictures, Measured] | None = None

    def look(self, run: Run) -> None:
        """Looks if its time has come. Only between two steps, in the thread that trains."""
        wish = self.wish
        if wish is None:
            self._views.rest()
            self._health.rest()
            return
        if wish.run != run.id or wish is self._failed:
            return
        if self._looker is None or self._looker[0] is not run:
            self._begin_shares()
        now = self._clock()
        if not self._views.due(now):
            return
        try:
            self._look(run, wish, now)
        except Exception as error:  # noqa: BLE001  the run goes on, and the user is told
            self._failed, self.problem = wish, self._explain(error)

    def forget(self) -> None:
        """Lets go of the run, its network and what was seen. Only while nobody trains."""
        self.wish = self.seen = self._looker = self._failed = self._measured = self.problem = None

    def _begin_shares(self) -> None:
        self._views, self._health = _Share(VIEWS), _Share(HEALTH)

    def _look(self, run: Run, wish: Wish, began: float) -> None:
        if self._looker is None or self._looker[0] is not run:
            self._looker, self._measured = (run, Looker(run.module, run.project)), None
        looker = self._looker[1]
        looker.step = run.step
        found = looker.look(wish.pictures, wish.wanted)
        now = self._clock()
        apart = max(self._soonest, min((now - began + self.waits) / TOGETHER, LATEST))
        self._views.spend(began, now, apart, self._soonest)
        self.spent += now - began
        focus = wish.wanted.focus
        near = "" if focus is None else focus.name
        # shown at once: how the layers fare takes longer
        self.seen = Seen(wish, found, self._known(wish, near))
        if not self._health.due(now):
            return
        measured = looker.measure(
            wish.pictures, wish.wanted.names, near, of_step=True, goes_on=lambda: self.wish is wish
        )
        ended = self._clock()
        self._health.spend(now, ended, SELDOM, SELDOM)
        self.spent += ended - now
        if measured is not None:
            self._measured = wish.pictures, measured
            self.seen = Seen(wish, found, measured)

    def _known(self, wish: Wish, near: str) -> Measured | None:
        """What was measured of these pictures the last time, be it of other layers."""
        if self._measured is None or self._measured[0] is not wish.pictures:
            return None
        return self._measured[1].beside(near)
