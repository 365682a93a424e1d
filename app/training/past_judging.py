"""Judges runs by what lies in their folders; the images of one are kept for its next judging."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.background.job import Task
from networks.core.message import Message, UserError
from networks.project.project import Project
from networks.recipes.datasets import Dataset, Pixels
from networks.runs.judgement.judgement import Judgement, Side, Weights
from networks.runs.kept.weights import weight_files

if TYPE_CHECKING:
    from networks.training.evaluation.judging import KeptJudge


class PastJudged(NamedTuple):
    """What came of it; `judgement` is None where it was given up. `pixels` are all pictures, if in memory."""

    judgement: Judgement | None
    dataset: Dataset
    pixels: Pixels | None
    note: Message | None


class PastJudging:
    """Judges weights of one run after the other; `judge` is for a job, from one thread at a time."""

    def __init__(self) -> None:
        self._judge: KeptJudge | None = None
        self._folder: Path | None = None

    def judge(
        self, folder: Path, run: str, weights: Weights, side: Side, task: Task, step: int | None = None
    ) -> PastJudged:
        """Judges these weights on this side; with `step` those of the moment after it.

        Raises UserError where something is gone.
        """
        # imported late: torch takes a second
        from networks.training.evaluation.judging import KeptJudge

        if self._judge is None or folder != self._folder:
            self.forget()
            self._judge, self._folder = KeptJudge(folder, run), folder
        if side not in self._judge.sides.images:
            side = "validation"
        found = self._judge.judge(weights, side, task.report, step)
        dataset = self._judge.project.recipe.data.dataset
        return PastJudged(found, dataset, self._judge.sides.pixels, self._judge.note)

    def forget(self) -> None:
        """Lets go of the images. Only while nothing is judged."""
        if self._judge is not None:
            self._judge.close()
        self._judge = self._folder = None


def judgeable(folder: Path, project: Project) -> tuple[tuple[Weights, ...], tuple[Side, ...]]:
    """Which weights of a run may be judged, and on which images; the last ones where it was cut off."""
    recipe = project.recipe
    weights = tuple(weight_files(folder, recipe.learning.stopping.keep)) or ("last",)
    sides: tuple[Side, ...] = ("validation", "training")
    try:
        if recipe.data.judged_by == "share" and recipe.data.dataset.test_images:
            sides = (*sides, "test")
    except UserError:
        # a folder of pictures that is gone; judging says so
        pass
    return weights, sides
