"""Follows a run that goes on: the thread that trains looks into it, and the window takes what was seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import broke_off
from app.probing.sight import differ_in_sight_alone
from app.training.trainer import Trainer

if TYPE_CHECKING:
    from networks.insight.live import Live, Seen
    from networks.insight.pictures import Pictures
    from networks.insight.xrays import Wanted
    from networks.training.engine.run import Run

POLL_MS = 100
"""How often the window takes what was seen, in milliseconds."""
WAITS = 1.0
"""For such a part of the time that the window needs to show it, the thread that trains counts as held up.

For a half of it that thread waits for the interpreter (`app.start.start.TURN`), and where cores are few, also
for a processor. How often it looks depends on it.
"""


class Following(QObject):
    """Says what is to be looked at in a run, and tells what was seen: the newest only."""

    arrived = Signal(object)
    """The `Seen` of what is wished for, be it of another part of the network than is in sight by now."""
    failed = Signal(object)
    """A Message: why nothing can be seen."""

    def __init__(self, trainer: Trainer, parent: QObject) -> None:
        super().__init__(parent)
        self._trainer = trainer
        self._live: Live | None = None
        self._shown: Seen | None = None
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._take)
        self._began = 0.0
        # its time comes behind all that is to be painted; that of a queued call, as of `singleShot`, before
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._painted.timeout.connect(self._pace)

    @property
    def spent(self) -> float:
        """Seconds that the thread that trains has spent on looking so far."""
        return 0.0 if self._live is None else self._live.spent

    def wish(self, run: Run, pictures: Pictures, wanted: Wanted) -> None:
        """Has this looked at from now on."""
        from networks.insight.live import Live, Wish

        if self._live is None:
            self._live = Live(broke_off)
            self._trainer.insides["views"] = self._live.look
        wish, before = Wish(run.id, pictures, wanted), self._live.wish
        if before is None or before.pictures is not wish.pictures or before != wish:
            self._live.wish = wish
        if not self._poll.isActive():
            # one that runs goes on: while the view is moved, there is a new wish every few milliseconds
            self._poll.start()

    def stop(self) -> None:
        """Wants nothing any more, and lets go of the run where nobody trains."""
        self._poll.stop()
        self._shown = None
        if self._live is not None:
            self._live.wish = None
            if not self._trainer.busy:
                self._live.forget()

    @Slot()
    def _take(self) -> None:
        live = self._live
        if live is None or live.wish is None:
            return
        if live.problem is not None:
            problem, live.problem = live.problem, None
            self.failed.emit(problem)
            return
        seen, wish = live.seen, live.wish
        if seen is None or seen is self._shown or seen.wish.run != wish.run:
            return
        if seen.wish.pictures is wish.pictures and differ_in_sight_alone(seen.wish.wanted, wish.wanted):
            self._began, self._shown = time.thread_time(), seen
            self.arrived.emit(seen)
            self._painted.start()

    @Slot()
    def _pace(self) -> None:
        """Says what showing and painting it has cost."""
        if self._live is not None:
            self._live.waits = WAITS * (time.thread_time() - self._began)
