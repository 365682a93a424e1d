"""Judges the weights of a run on any of its images, beside the run and without disturbing it."""

from __future__ import annotations

from collections.abc import Callable

import torch

from networks.module.build import evaluation
from networks.runs.judgement.judgement import Judgement, Side, Weights
from networks.training.answers import Answers
from networks.training.model import fast_form
from networks.training.run import Run


def judge_weights(
    run: Run, weights: Weights, side: Side, report: Callable[[float], bool] = lambda share: True
) -> Judgement | None:
    """Judges these weights on this side of the data; may be called from any thread while the run goes on.

    It works on a copy of the network, draws no random number and leaves the number of threads alone, so the
    run's numbers stay the same, bit for bit. `report` is told the share that is done after each batch; where
    it returns False, there is no judgement. Raises KeyError where the data has no such side.
    """
    images = run.sides.images[side]
    copied, step = run.state.copied(weights)
    network = fast_form(evaluation(copied), run.machine).eval()
    batches = run.sides.batches(side)
    answers = Answers(run.loss, run.project.recipe.learning.loss, len(images))
    with torch.inference_mode():
        for start in range(0, len(images), run.plan.judged_at_once):
            stop = min(start + run.plan.judged_at_once, len(images))
            batch, labels, places = batches.part(start, stop)
            answers.begin(places)
            answers.keep(network(batch), labels)
            if not report(stop / len(images)):
                return None
    return answers.judgement(run.id, weights, side, step, step / run.steps_per_epoch, images)
