"""What runs have answered: of which weights and pictures there are judgements, and of which there can be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.feature.desk import Desk
from app.features.results.judged_moment import JudgedMoment
from app.training.kept_judgements import KeptJudgements
from app.training.past_judging import judgeable
from networks.project.project import Project
from networks.runs.judgement.judgement import MOMENTS, Judgement, Side, Weights
from networks.runs.judgement.mistakes import changes
from networks.runs.record import Record
from widgets.results.results import Earlier

if TYPE_CHECKING:
    from networks.training.engine.run import Run

Choice = tuple[str, Weights, Side]
"""The id of a run, which of its weights, and on which pictures."""


class Answered:
    """The judgements of the runs that are shown: of the run that trains, and of those before it."""

    def __init__(self, desk: Desk, moment: JudgedMoment) -> None:
        self._desk = desk
        self._moment = moment
        self.kept = KeptJudgements()
        self.past = KeptJudgements()
        """Of runs that were judged by what lies in their folders."""

    def take(self) -> None:
        """Takes what the current run has answered, and lets go of runs that are not there any more."""
        run = self._desk.trainer.run
        known = [record.run for record in self._desk.shown.records]
        if run is not None and run.judgements and run.id in known:
            self.kept.take(run.id, run.judgements, run.project.recipe.data.dataset)
        self.kept.keep_only(known)
        self.past.keep_only(known)

    @property
    def offered(self) -> list[Record]:
        """The runs that have answered, and those whose weights lie in their folders."""
        return [
            record
            for record in self._desk.shown.records
            if record.run in self.kept.runs or self.in_folder(record) is not None
        ]

    @property
    def newest(self) -> Record | None:
        """The newest run that has answered, or that can be judged."""
        offered = self.offered
        answered = [record for record in offered if record.run in (*self.kept.runs, *self.past.runs)]
        if answered or self._desk.trainer.busy:
            return answered[-1] if answered else None
        return offered[-1] if offered else None

    def live(self, record: Record) -> Run | None:
        """The run of this record, as long as its weights are in memory."""
        run = self._desk.trainer.run
        return run if run is not None and run.id == record.run else None

    def in_folder(self, record: Record) -> tuple[Path, Project] | None:
        """The folder of a run that trains no more, and what it has trained."""
        if self.live(record) is not None or record.ended is None:
            return None
        folders, project = self._desk.runs.kept.folders, self._desk.runs.project(record.run)
        folder = folders.get(record.run)
        return None if folder is None or project is None else (folder, project)

    def possible(self, record: Record) -> tuple[tuple[Weights, ...], tuple[Side, ...]]:
        """Of which weights and on which side something is known, or can be judged."""
        weights, sides = self._lasting(record)
        return (*weights, *self._moment.kinds(record.run)), sides

    def _lasting(self, record: Record) -> tuple[tuple[Weights, ...], tuple[Side, ...]]:
        weights, sides = self.kept.of(record.run)
        if (run := self.live(record)) is not None:
            return weights, tuple(run.sides.images)
        if (past := self.in_folder(record)) is not None:
            found = judgeable(*past)
            return tuple(dict.fromkeys((*found[0], *weights))), tuple(dict.fromkeys((*found[1], *sides)))
        return weights, sides

    def get(self, choice: Choice) -> Judgement | None:
        """What is known of it."""
        return self.kept.get(*choice) or self.past.get(*choice)

    def store(self, judgement: Judgement) -> KeptJudgements:
        """Where a judgement is kept."""
        found = self.kept.get(judgement.run, judgement.weights, judgement.side)
        return self.kept if found is judgement else self.past

    def epoch(self, record: Record, weights: Weights) -> float:
        """The epoch of these weights."""
        if weights in MOMENTS:
            return self._moment.epoch(record)
        newest = self.kept.newest_epoch(record.run, weights)
        if newest or self.in_folder(record) is None:
            return newest
        return float(record.best.epoch) if weights == "best" and record.best else record.last_epoch

    def is_old(self, record: Record, judgement: Judgement) -> bool:
        """Whether the weights have changed since they were judged."""
        if judgement.weights in MOMENTS:
            return judgement.step != self._moment.step(record.run)
        if self.live(record) is None:
            return False
        newest = self.kept.get(record.run, judgement.weights, "validation")
        return newest is not None and newest.step > judgement.step

    def earlier(
        self, record: Record, judgement: Judgement, other: tuple[Record, Choice] | None
    ) -> tuple[Earlier, ...]:
        """What a judgement is compared with: another run, the epoch before, and the best epoch.

        The other run is `other`, where that has been judged on the same data; else the newest one before this
        run that was judged alike.
        """
        records = list(self._desk.shown.records)
        rivals = [] if other is None else [other]
        rivals += [
            (each, (each.run, judgement.weights, judgement.side))
            for each in reversed(records[: records.index(record)])
        ]
        found: list[tuple[str, Judgement]] = []
        for rival, choice in rivals:
            judged = self.get(choice)
            if judged is not None and self.store(judged).dataset == self.store(judgement).dataset:
                words = QCoreApplication.translate("Results", "“{run}”")
                found.append((words.format(run=rival.title), judged))
                break
        if judgement.weights == "last":
            previous = self.kept.previous(record.run) if judgement.side == "validation" else None
            best = self.get((record.run, "best", judgement.side))
            for words, judged in (
                (QCoreApplication.translate("Results", "epoch {epoch}"), previous),
                (QCoreApplication.translate("Results", "the best, epoch {epoch}"), best),
            ):
                if judged is not None and judged.step < judgement.step:
                    found.append((words.format(epoch=f"{judged.epoch:.4g}"), judged))
        compared = ((title, changes(each, judgement)) for title, each in found)
        return tuple(Earlier(title, changed) for title, changed in compared if changed is not None)
