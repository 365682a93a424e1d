"""Judges weights of a run on any of its images: of a run that goes on, or of one in its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from networks.core.message import Message, UserError, message
from networks.module.build import build, evaluation
from networks.project.kept_project import project_of
from networks.recipes.losses import Loss
from networks.runs.judgement.judgement import Judgement, Side, Weights
from networks.runs.kept.legs import first_leg
from networks.runs.kept.reading import read_run
from networks.training.engine.answers import Answers
from networks.training.engine.run import Run
from networks.training.keeping.kept_weights import read_weights, take_weights
from networks.training.keeping.moments import read_moment
from networks.training.machine.devices import device
from networks.training.setup.make_loss import LossFunction, make_loss
from networks.training.setup.model import fast_form
from networks.training.setup.plan import plan
from networks.training.setup.run_images import RunImages
from networks.training.setup.sides import Sides

Report = Callable[[float], bool]


def judge_weights(
    run: Run, weights: Weights, side: Side, report: Report = lambda share: True
) -> Judgement | None:
    """Judges these weights on this side of the data; may be called from any thread while the run goes on.

    It works on a copy of the network, draws no random number and leaves the number of threads alone, so the
    run's numbers stay the same, bit for bit. `report` is told the share that is done after each batch; where
    it returns False, there is no judgement. Raises KeyError where the data has no such side.
    """
    copied, step = run.state.copied(weights)
    network = fast_form(evaluation(copied), run.machine).eval()
    declared = run.project.recipe.learning.loss
    answers = _answers(network, run.sides, side, run.plan.judged_at_once, run.loss, declared, report)
    if answers is None:
        return None
    return answers.judgement(run.id, weights, side, step, step / run.steps_per_epoch, run.sides.images[side])


class KeptJudge:
    """Judges the weights that lie in a run's folder, on the images of its project as they are now."""

    def __init__(self, folder: Path, run: str) -> None:
        """Prepares the images, which may take long; `run` is the id that judgements carry.

        Raises UserError where the project or its data cannot be had any more.
        """
        self._folder, self._run = folder, run
        self.project = project_of(folder)
        recipe = self.project.recipe
        recipe.data.dataset.read_again()
        recipe.data.dataset.labels()
        self._plan = plan(self.project)
        try:
            self._device = device(recipe.machine.device)
        except UserError:
            # what it was trained on is not here; the answers are the same but for rounding
            self._device = torch.device("cpu")
        self._images = RunImages(self.project, self._plan, self._device, lambda: iter(()))
        self.sides = Sides(recipe.data, self._images)
        self._loss = make_loss(recipe.learning.loss, self._device)
        self.note = self._changed()
        """What is not as it was when the run was trained; None where nothing is known to differ."""

    def judge(
        self, weights: Weights, side: Side, report: Report = lambda share: True, step: int | None = None
    ) -> Judgement | None:
        """Judges these weights on this side of the data; None where `report` returned False.

        With `step` they are those of the moment after it, and otherwise of no moment.

        Raises UserError where the weights cannot be read.
        """
        recipe = self.project.recipe
        network = build(self.project.network, self.project.classes)
        keep = recipe.learning.stopping.keep
        if step is not None:
            read = read_moment(self._folder, step, averaged=weights == "averaged moment")
        else:
            assert weights != "moment"
            assert weights != "averaged moment"
            read = read_weights(self._folder, keep, weights)
        take_weights(network, read, self._folder)
        if not recipe.machine.in_plain_order:
            network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        fast = fast_form(evaluation(network.to(self._device)), recipe.machine).eval()
        at_once, declared = self._plan.judged_at_once, recipe.learning.loss
        answers = _answers(fast, self.sides, side, at_once, self._loss, declared, report)
        if answers is None:
            return None
        step = self._step(weights) if step is None else step
        epoch = step / self._plan.steps_per_epoch
        return answers.judgement(self._run, weights, side, step, epoch, self.sides.images[side])

    def _step(self, weights: Weights) -> int:
        # not read before: the run may have gone on since its moments were judged
        record = read_run(self._folder, self._run).record
        if weights == "best" and record.best is not None:
            return record.best.step
        return int(record.steps.step[-1]) if len(record.steps) else 0

    def close(self) -> None:
        """Ends the threads that decode pictures."""
        self._images.close()

    def _changed(self) -> Message | None:
        leg = first_leg(self._folder)
        images = self._images
        now = f"{images.training.checksum():08x}-{images.validation.checksum():08x}"
        if leg is None or leg.environment.data in ("", now):
            return None
        return message("The images or labels are not those that the run was trained with: they have changed.")


def _answers(
    network: nn.Module,
    sides: Sides,
    side: Side,
    at_once: int,
    loss: LossFunction,
    declared: Loss,
    report: Report,
) -> Answers | None:
    """What the network answers to all images of a side, this many at a time; None where it is given up."""
    images, batches = sides.images[side], sides.batches(side)
    answers = Answers(loss, declared, len(images))
    with torch.inference_mode():
        for start in range(0, len(images), at_once):
            stop = min(start + at_once, len(images))
            batch, labels, places = batches.part(start, stop)
            if len(places):
                answers.begin(places)
                answers.keep(network(batch), labels)
            if not report(stop / len(images)):
                return None
    return answers
