"""Judges the chosen weights beside the window and beside the run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background.job import Job, Task
from app.features.results.answered import Answered, Choice
from app.features.results.judged_moment import JudgedMoment
from app.training.judging import judged, not_judged
from app.training.past_judging import PastJudged, PastJudging
from networks.core.message import Message
from networks.recipes.datasets import Pixels
from networks.runs.judgement.judgement import MOMENTS, Judgement
from networks.runs.record import Record
from widgets.look.translation import said


class Judging(QObject):
    """Judges one choice at a time; what comes of it is kept by `answered`."""

    ended = Signal()
    """Something was judged, or could not be, or was given up."""
    progressed = Signal(object)
    """The share that is judged; None where nothing is being judged."""

    def __init__(self, answered: Answered, moment: JudgedMoment, parent: QObject) -> None:
        super().__init__(parent)
        self._answered = answered
        self._moment = moment
        self._past = PastJudging()
        self._job: Job[Any] | None = None
        self.wanted: Choice | None = None
        """What is being judged."""
        self._failed: tuple[Choice, str] | None = None
        self.pixels: Pixels | None = None
        """All pictures of the run that was judged by its folder, where they are in memory."""
        self.notes: dict[str, str] = {}
        """By run, what is not as it was when it was trained."""

    @property
    def failure(self) -> str:
        """Why the last choice could not be judged; empty where it could."""
        return "" if self._failed is None else self._failed[1]

    def forget_failure(self) -> None:
        """Another try may succeed."""
        self._failed = None

    def judge(self, record: Record, wanted: Choice) -> None:
        """Begins to judge, unless that failed before; gives up what else is being judged."""
        run, past = self._answered.live(record), self._answered.in_folder(record)
        if (run is None and past is None) or (self._failed is not None and self._failed[0] == wanted):
            return
        if self.wanted is not None:
            if self.wanted == wanted:
                return
            self.give_up()
        if self._job is not None:
            # what was given up has not returned yet, and uses the same images
            return
        self.wanted = wanted
        moment = wanted[1] in MOMENTS
        work: Callable[[Task], object]
        if moment:
            # also that of a run that goes on lies in its folder
            step = self._moment.step(record.run)
            work = partial(self._past.judge, self._moment.folder(), *wanted, step=step)
        elif run is not None:
            work = partial(judged, run, *wanted[1:])
        else:
            assert past is not None
            work = partial(self._past.judge, past[0], *wanted)
        self._job = Job(
            work,
            self._take if run is not None and not moment else self._take_past,
            partial(self._miss, wanted),
            self.progressed.emit,
            owner=self,
            ended=partial(self._end, wanted),
            explain=not_judged,
        )
        self._job.start()
        self.progressed.emit(0.0)

    def give_up(self) -> None:
        """Stops judging."""
        if self._job is not None:
            self._job.cancel()
        self.wanted = None
        self.progressed.emit(None)

    def close(self) -> None:
        """Waits for what is being judged, and drops it."""
        if self._job is not None:
            self._job.close()
        self._past.forget()

    def _take(self, judgement: Judgement | None) -> None:
        if judgement is not None:
            self._answered.kept.add(judgement)
        self.ended.emit()

    def _take_past(self, found: PastJudged) -> None:
        self._answered.past.show_dataset(found.dataset)
        self.pixels = found.pixels
        if found.judgement is not None:
            self.notes[found.judgement.run] = "" if found.note is None else said(found.note)
            self._answered.past.add(found.judgement)
        self.ended.emit()

    def _miss(self, wanted: Choice, reason: Message) -> None:
        self._failed = (wanted, said(reason))
        self.ended.emit()

    def _end(self, wanted: Choice) -> None:
        given_up = self.wanted is not wanted
        self._job = self.wanted = None
        self.progressed.emit(None)
        if given_up:
            # something else may be wanted by now
            self.ended.emit()
