"""The moments between which one goes back and forth: those of the run whose weights are looked at."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.probing.sources import Sources
from networks.core.after_step import AfterStep
from networks.project.project import Project
from networks.runs.kept.moments import Moment
from networks.runs.record import Record
from widgets.inside.probe.options import Options

MOST_OFFERED = 24
"""How many moments are offered in a menu; the scrubber has all of them."""


class Timeline(NamedTuple):
    """The moments of one run, the earliest first, and where one is: at a moment, or nowhere of them."""

    record: Record
    moments: tuple[Moment, ...]
    at: int | None = None
    averages: bool = False
    """Whether averaged weights are kept beside the others."""

    @property
    def epochs(self) -> tuple[float, ...]:
        """Of each moment, after how many epochs it was."""
        return tuple(each.step / self.record.steps_per_epoch for each in self.moments)

    @property
    def size(self) -> int:
        """How many bytes all of them take on the disk."""
        return sum(each.size for each in self.moments)


class OfferedEpoch(NamedTuple):
    """A moment of a run, and what it is called."""

    run: str
    step: int
    words: str
    averaged: bool = False
    """Whether averaged weights are kept beside the others; at the start both are the same."""


def timeline(sources: Sources, project: Project, options: Options) -> Timeline | None:
    """The moments of the run that is looked at, else of the current one, else of the newest that has some.

    Only of runs of the very network that is shown; None where there are none.
    """
    for run in sources.runs_with_weights(project, options.run):
        moments = sources.moments(run)
        if not moments or (found := sources.of_moment(project, run, AfterStep(moments[0].step))) is None:
            continue
        if not found.record.steps_per_epoch:
            continue
        at = options.weights.step if isinstance(options.weights, AfterStep) and options.run == run else None
        steps = [each.step for each in moments]
        index = steps.index(at) if at in steps else None
        return Timeline(found.record, moments, index, sources.averages(run))
    return None


def offered_epochs(sources: Sources, project: Project, options: Options) -> tuple[OfferedEpoch, ...]:
    """Some of these moments, evenly spread, for a menu."""
    found = timeline(sources, project, options)
    if found is None:
        return ()
    words = QCoreApplication.translate("Moments", "epoch {epoch}")
    every = -(-len(found.moments) // MOST_OFFERED)
    offered = list(zip(found.moments, found.epochs, strict=True))
    return tuple(
        OfferedEpoch(
            found.record.run,
            moment.step,
            words.format(epoch=f"{epoch:.4g}"),
            found.averages and moment.step > 0,
        )
        for place, (moment, epoch) in enumerate(offered)
        if place % every == 0 or place == len(offered) - 1
    )
