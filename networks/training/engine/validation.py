"""One pass over the validation images: what is measured on them, and every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import nn

from networks.core.message import UserError, message
from networks.data.streamed import AnyBatches
from networks.recipes.losses import Loss
from networks.runs.judgement.judgement import Judgement, Weights, Whole, together
from networks.runs.measures import AVERAGED, add_to, means
from networks.training.distributed.ranks import Ranks
from networks.training.engine.answers import Answers
from networks.training.printed.steps import judge
from networks.training.setup.make_loss import LossFunction


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
        ranks: Ranks | None = None,
    ) -> None:
        """Of several `ranks` each judges its share, and all of them then have what came of it."""
        self._networks, self._optimizer, self._images, self._ranks = networks, optimizer, images, ranks
        rank, count = (0, 1) if ranks is None else (ranks.rank, ranks.count)
        self._start, self._stop = (len(images) * each // count for each in (rank, rank + 1))
        own = self._stop - self._start
        self._answers = {weights: Answers(loss, declared, own) for weights in networks}
        self._totals: dict[Weights, dict[str, tuple[float, int]]] = {weights: {} for weights in networks}

    def parts(self, at_once: int) -> Iterator[float]:
        """Judges this many images at a time, and tells the share that is done after each time."""
        for start in range(self._start, self._stop, at_once):
            stop = min(start + at_once, self._stop)
            batch, labels, places = self._images.part(start, stop)
            for weights, network in self._networks.items() if len(places) else ():
                self._answers[weights].begin(places - self._start)
                measured = judge(network, self._answers[weights], self._optimizer, batch, labels)
                add_to(self._totals[weights], measured)
            yield (stop - self._start) / (self._stop - self._start)

    def values(self) -> dict[str, float]:
        """The mean of each measure, by its name. Raises UserError where no image could be read."""
        if self._ranks is not None:
            ranks = self._ranks
            self._totals = {weights: ranks.sum_up(totals) for weights, totals in self._totals.items()}
        if not self._totals["last"]:
            raise UserError(message("Expected pictures to judge by, got none that can be read any more."))
        found = means(self._totals["last"])
        if "averaged" in self._totals:
            found |= {AVERAGED + name: value for name, value in means(self._totals["averaged"]).items()}
        return found

    def judgements(self, run: str, step: int, epoch: int, places: Whole) -> dict[Weights, Judgement]:
        """The answers of each network; `places` are the indices of the images in the data set."""
        own = places[self._start : self._stop]
        found = {
            weights: answers.judgement(run, weights, "validation", step, float(epoch), own)
            for weights, answers in self._answers.items()
        }
        if self._ranks is None:
            return found
        of_each = self._ranks.of_each(found)
        return {weights: together([theirs[weights] for theirs in of_each]) for weights in found}
