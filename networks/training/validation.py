"""One pass over the validation images: what is measured on them, and every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import nn

from networks.data.streamed import AnyBatches
from networks.recipes.losses import Loss
from networks.runs.judgement.judgement import Judgement, Weights, Whole
from networks.runs.measures import AVERAGED, add_to, means
from networks.training.answers import Answers
from networks.training.make_loss import LossFunction
from networks.training.steps import judge


class Validation:
    """Judges all validation images, each counting the same, by one or several networks at once.

    `networks` holds the one that is trained under `last`, and where weights are averaged, that one as well.
    """

    def __init__(
        self,
        networks: Mapping[Weights, nn.Module],
        loss: LossFunction,
        declared: Loss,
        optimizer: torch.optim.Optimizer,
        images: AnyBatches,
    ) -> None:
        self._networks, self._optimizer, self._images = networks, optimizer, images
        self._answers = {weights: Answers(loss, declared, len(images)) for weights in networks}
        self._totals: dict[Weights, dict[str, tuple[float, int]]] = {weights: {} for weights in networks}

    def parts(self, at_once: int) -> Iterator[float]:
        """Judges so many images at a time, and tells the share that is done after each time."""
        count = len(self._images)
        for start in range(0, count, at_once):
            stop = min(start + at_once, count)
            batch, labels, places = self._images.part(start, stop)
            for weights, network in self._networks.items():
                self._answers[weights].begin(places)
                measured = judge(network, self._answers[weights], self._optimizer, batch, labels)
                add_to(self._totals[weights], measured)
            yield stop / count

    def values(self) -> dict[str, float]:
        """The mean of each measure, by its name."""
        found = means(self._totals["last"])
        if "averaged" in self._totals:
            found |= {AVERAGED + name: value for name, value in means(self._totals["averaged"]).items()}
        return found

    def judgements(self, run: str, step: int, epoch: int, places: Whole) -> dict[Weights, Judgement]:
        """The answers of each network; `places` are the indices of the images in the data set."""
        return {
            weights: answers.judgement(run, weights, "validation", step, float(epoch), places)
            for weights, answers in self._answers.items()
        }
