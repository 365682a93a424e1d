"""Whose weights are looked at: of the current run, of another one that is kept, of a moment, of the start."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from app.training.project_runs import ProjectRuns
from app.training.trainer import State, Trainer
from networks.core.after_step import AfterStep
from networks.project.project import Project
from networks.runs.kept.moments import Moment, moments_of
from networks.runs.record import Record
from networks.xray.probe import Which, Word
from widgets.inside.probe.options import Options

LISTED_FOR = 0.4
"""Seconds after which a run that goes on is asked anew which moments it has kept."""

if TYPE_CHECKING:
    from networks.training.engine.run import Run


class KeptSource(NamedTuple):
    """Another run than the current one, whose weights lie in its folder."""

    run: str
    folder: Path
    record: Record

    @property
    def weights(self) -> tuple[Word, ...]:
        """Which of its weights every run has that has ended, besides its moments."""
        found: tuple[Word, ...] = ("now", "first")
        return found if self.record.best is None else (*found, "best")

    def step(self, which: Which) -> int:
        """The step after which it had these weights."""
        if isinstance(which, AfterStep):
            return which.step
        best, steps = self.record.best, self.record.steps
        if which == "best" and best is not None:
            return best.step
        return 0 if which == "first" or not len(steps) else int(steps.step[-1])


class Source(NamedTuple):
    """Whose weights are looked at: those of a run after a step, or the start of a project.

    Those of a moment lie in the folder of their run, also while it goes on: they are `kept`.
    """

    run: Run | None
    which: Which
    step: int
    start: tuple[Any, ...]
    kept: KeptSource | None = None

    def is_like(self, other: Source) -> bool:
        """Whether these are the same weights; those of a run do not depend on how another one starts."""
        if self.run is None and self.kept is None:
            return self == other
        return self._replace(start=()) == other._replace(start=())

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells these weights from others, without holding the run and its memory."""
        run = None if self.run is None else self.run.id
        kept = None if self.kept is None else (self.kept.run, self.kept.folder)
        return run, self.which, self.step, self.start, kept


class _Listed(NamedTuple):
    """Which moments a run had when it had told so much."""

    told: tuple[Any, ...]
    at: float
    moments: tuple[Moment, ...]


class Sources:
    """Knows which weights there are for the network that is shown."""

    def __init__(self, trainer: Trainer, runs: ProjectRuns) -> None:
        self._trainer, self._runs = trainer, runs
        self._listed: dict[str, _Listed] = {}

    def run_of(self, project: Project) -> Run | None:
        """The current or last run, if it trains the very network that is shown."""
        run = self._trainer.run
        if run is None or run.project.classes != project.classes:
            return None
        return run if run.project.network == project.network else None

    def source(self, project: Project, options: Options) -> Source:
        """Whose weights are looked at."""
        run, which = self.run_of(project), options.weights
        learning = project.recipe.learning
        start = (project.network, project.classes, learning.seed, learning.start, learning.loss)
        if isinstance(which, AfterStep):
            if (found := self.of_moment(project, options.run, which)) is not None:
                return Source(None, which, which.step, start, found)
            which = "now"
        if (kept := self.kept_of(project, options.run)) is not None:
            return Source(None, which, kept.step(which), start, kept)
        if run is None:
            return Source(None, "first", 0, start)
        if which == "best" and run.best is None:
            which = "now"
        best = run.best.step if run.best is not None else 0
        step = {"now": run.step, "first": 0, "best": best, "averaged": run.step}[which]
        return Source(run, which, step, start)

    def own_weights(self, project: Project) -> tuple[Word, ...]:
        """Which weights of the current run are to be had."""
        run = self.run_of(project)
        found: tuple[Word, ...] = ("now", "first", "best")
        return found if run is None or run.state.averaged is None else (*found, "averaged")

    def averages(self, run: str) -> bool:
        """Whether a run averages its weights over the steps, and so has kept these at each moment as well."""
        trained = self._trainer.run
        project = trained.project if trained is not None and trained.id == run else self._runs.project(run)
        return project is not None and project.recipe.learning.averaging > 0

    def weights_of(self, kept: KeptSource) -> tuple[Word, ...]:
        """Which weights of another run are to be had, besides its moments."""
        return (*kept.weights, "averaged") if self.averages(kept.run) else kept.weights

    def moments(self, run: str) -> tuple[Moment, ...]:
        """The moments that a run has kept, the earliest first; none where it has no folder."""
        folder = self._runs.kept.folders.get(run)
        if folder is None or run not in self._runs.records:
            return ()
        record = self._runs.records[run]
        # of short epochs there are many in a second: while a run goes on, time alone tells when to ask anew.
        # The last moments are written after the end was told, and before the training thread ends
        busy, goes_on = self._trainer.busy, self._trainer.state is State.TRAINING
        validations = None if goes_on else len(record.validations)
        told = folder, validations, record.ended, self._trainer.state
        known = self._listed.get(run)
        now = time.monotonic()
        # what was copied is written a little later
        stale = (busy or record.ended is None) and known is not None and now - known.at > LISTED_FOR
        if known is None or known.told != told or stale:
            known = self._listed[run] = _Listed(told, now, moments_of(folder))
        return known.moments

    def runs_with_weights(self, project: Project, first: str = "") -> tuple[str, ...]:
        """The runs whose moments may be looked at: the `first`, the current one, and then the newest ones."""
        run = self.run_of(project)
        current = "" if run is None else run.id
        others = (each.run for each in self.other_runs(project))
        return tuple(dict.fromkeys(each for each in (first, current, *others) if each))

    def of_moment(self, project: Project, run: str, moment: AfterStep) -> KeptSource | None:
        """Where a moment lies of a run of the very network that is shown, whether it goes on or has ended."""
        if not any(each.step == moment.step for each in self.moments(run)):
            return None
        trained = self._trainer.run
        # a run that goes on is in no table before its first event
        other = trained.project if trained is not None and trained.id == run else self._runs.project(run)
        if other is None or other.network != project.network or other.classes != project.classes:
            return None
        return KeptSource(run, self._runs.kept.folders[run], self._runs.records[run])

    def kept_of(self, project: Project, run: str) -> KeptSource | None:
        """Another run of the very network that is shown, whose weights lie in its folder."""
        folder, other = self._runs.kept.folders.get(run), self._runs.project(run)
        current = self._trainer.run
        if folder is None or other is None or run not in self._runs.records:
            return None
        if other.network != project.network or other.classes != project.classes:
            return None
        record = self._runs.records[run]
        if record.ended is None or (current is not None and current.id == run):
            return None
        return KeptSource(run, folder, record)

    def other_runs(self, project: Project) -> tuple[KeptSource, ...]:
        """The runs whose weights may be looked at besides those of the current one, the newest first."""
        found = (self.kept_of(project, record.run) for record in self._runs.records)
        return tuple(each for each in found if each is not None)[::-1]
