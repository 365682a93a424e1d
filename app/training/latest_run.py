"""The run that goes on, or the last one: what it trains, what it is called by, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from app.training.run_names import Before, before
from networks.project.project import Project
from networks.recipes.recipe import Recipe
from networks.recipes.steering import Value, steered, with_change
from networks.runs.progress import Progress
from networks.runs.record import Record


class LatestRun:
    """What the bar shows; the next run is called by what was changed since this one."""

    def __init__(self) -> None:
        self.id = ""
        self.progress: Progress | None = None
        """None before the first run."""
        self.trained = Before(None, None)

    @property
    def project(self) -> Project | None:
        """What it trains or has trained, with all that was changed while it went on."""
        return self.trained.project

    def take(self, record: Record, project: Project, trained: Before | None = None) -> None:
        """This run of the project begins, or goes on. `trained` is given where its name is known already."""
        self.id, self.progress = record.run, record.progress
        self.trained = trained or before(project)

    def forget(self) -> None:
        """Another project was opened."""
        self.progress, self.trained = None, Before(None, None)

    def steer(self, old: Recipe, new: Recipe) -> Mapping[str, Value]:
        """What this edit of the recipe changes in a run that goes on, by path; from now on it trains so."""
        if self.project is None:
            return {}
        changes = steered(self.project.recipe, old, new)
        for path, value in changes.items():
            recipe = with_change(self.project.recipe, path, value)
            self.trained = self.trained._replace(project=replace(self.project, recipe=recipe))
        return changes
