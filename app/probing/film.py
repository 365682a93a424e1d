"""The film of the probe through a run: frames are made in the background, and kept within a bound."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import Job, Task
from app.background.log import LOG
from app.probing.budget import Budget, blocks_of, no_room
from networks.core.message import Message
from networks.project.kept_project import project_of
from networks.xray.film import Frame

if TYPE_CHECKING:
    from networks.insight.pictures import Pictures

HOLDER = "film"
"""Under this name films hold memory."""
MOST_FILMS = 4
"""Films whose frames are kept: a film of 256 moments with maps takes at most 1.7 MB."""
SHARE, RAREST = 0.01, 10.0
"""Share of the time in which frames are made of the moments that a run adds, and after how many seconds it
is the turn of those that have come meanwhile, at the latest."""
_FRAME = 4 * 40 * 40
"""What the map of a frame takes at most."""


class Filmed(NamedTuple):
    """What is filmed: a picture, in the run of a folder, and one map of a layer; None chooses the map."""

    run: str
    folder: Path
    pictures: Pictures
    layer: str
    channel: int | None
    weights: int = 0
    """How many weights the network has, of which a film needs a set of its own."""
    averaged: bool = False
    """Whether it is filmed with the averaged weights of each moment."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from others; the pictures are held, so that no others can have their id."""
        return self.run, self.folder, id(self.pictures), self.layer, self.channel, self.averaged


class Shot(NamedTuple):
    """A subject with the frames that are there, by their steps."""

    subject: Filmed
    frames: dict[int, Frame]
    failed: set[int]
    """The steps whose weights cannot be read."""


class Film(QObject):
    """Has frames made, the newest wish first; frames of the same film are made once."""

    changed = Signal()
    """There are more frames."""

    def __init__(self, parent: QObject, budget: Budget) -> None:
        super().__init__(parent)
        self._budget = budget
        self.refused: Message | None = None
        """Why no frames are made of what was wished for last."""
        self._shots: OrderedDict[tuple[Any, ...], Shot] = OrderedDict()
        self._job: Job[float] | None = None
        self._goes_on = False
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._start)
        self._wish: tuple[Filmed, tuple[int, ...]] | None = None
        self._box: deque[Frame] = deque()
        self._making: Shot | None = None

    def wish(self, subject: Filmed, steps: tuple[int, ...], *, goes_on: bool = False) -> dict[int, Frame]:
        """The frames of these moments that are there; the others are made in the background.

        Where the run `goes_on`, it adds moments by itself, with short epochs several in a second. They wait
        for each other: making their frames takes a small share of the time. A new subject never waits.
        """
        shot = self._shots.setdefault(subject.key, Shot(subject, {}, set()))
        self._shots.move_to_end(subject.key)
        while len(self._shots) > MOST_FILMS:
            self._shots.popitem(last=False)
        for gone in shot.frames.keys() - set(steps):
            del shot.frames[gone]
        missing = tuple(step for step in steps if step not in shot.frames and step not in shot.failed)
        self._wish = (subject, missing) if missing else None
        if self._wish is not None and self._making is not None and self._making is not shot:
            self._give_up()
        self.refused, self._goes_on = None, goes_on
        if not goes_on or not shot.frames:
            self._rest.stop()
        self._start()
        return shot.frames

    def forget(self) -> None:
        """Stops making frames, and frees those that are there."""
        self._wish = None
        self._rest.stop()
        self._give_up()
        self._shots.clear()
        self._count()

    def close(self) -> None:
        """Stops, and waits until nothing is being made."""
        self.forget()
        if self._job is not None:
            self._job.close()
            self._job = None

    @property
    def busy(self) -> bool:
        """Whether frames are being made."""
        return self._job is not None

    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._making = None

    @Slot()
    def _start(self) -> None:
        if self._job is not None or self._wish is None or self._rest.isActive():
            return
        (subject, steps), self._wish = self._wish, None
        shot = self._shots.get(subject.key)
        if shot is None:
            return
        # some were being made when they were wished for
        steps = tuple(step for step in steps if step not in shot.frames and step not in shot.failed)
        if not steps:
            return
        needed = 4 * subject.weights + len(steps) * _FRAME + sum(blocks_of(*self._held()).values())
        if not self._budget.ask(HOLDER, needed):
            self.refused = no_room(needed, self._budget.most)
            return
        channel = subject.channel
        if channel is None and shot.frames:
            channel = next(iter(shot.frames.values())).channel
        self._making, self._box = shot, deque()
        work = partial(_made, subject, channel, steps, self._box)
        self._job = Job(
            work,
            self._take_last,
            partial(self._miss, shot, steps),
            lambda _: self._take(),
            owner=self,
            ended=self._end,
        )
        self._job.start()

    def _take(self) -> None:
        shot = self._making
        if shot is None or not self._box:
            return
        while self._box:
            frame = self._box.popleft()
            shot.frames[frame.step] = frame
        self.changed.emit()

    def _take_last(self, spent: float) -> None:
        if self._goes_on:
            self._rest.start(round(1000 * min(spent / SHARE, RAREST)))
        self._take()

    def _miss(self, shot: Shot, steps: tuple[int, ...], reason: Message) -> None:
        """A moment is gone or damaged: whoever goes there is told why, and the film goes on without it."""
        LOG.warning("a moment is not in the film: %s", reason)
        self._take()
        # made from the last to the first
        unread = [step for step in reversed(steps) if step not in shot.frames]
        shot.failed.update(unread[:1])
        self.changed.emit()

    def _held(self) -> list[object]:
        return [(shot.subject.pictures, shot.frames) for shot in self._shots.values()]

    def _count(self) -> None:
        self._budget.hold(HOLDER, *self._held())

    def _end(self) -> None:
        self._job = self._making = None
        self._count()
        self._start()


def _made(
    subject: Filmed, channel: int | None, steps: tuple[int, ...], box: deque[Frame], task: Task
) -> float:
    """Puts the frames into the box. Gives how many seconds of processor time that took."""
    # imported late: torch takes a second
    from networks.insight.film import frames

    began = time.thread_time()
    project = project_of(subject.folder)
    # the last one first: its strongest map is the one that is shown
    order = tuple(reversed(steps))
    for done, frame in enumerate(
        frames(
            project,
            subject.folder,
            order,
            subject.pictures,
            subject.layer,
            channel,
            averaged=subject.averaged,
        ),
        1,
    ):
        box.append(frame)
        if not task.report(done / len(steps)):
            break
    return time.thread_time() - began
