"""Judges a network after each epoch: what is measured, whether it is the best so far, and whether to stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from msgspec.structs import replace
from torch import nn

from networks.project.project import Project
from networks.recipes.stopping import Stopping
from networks.runs.events import Event, Validated, Validating
from networks.runs.judgement.judgement import Judgement, Weights, Whole
from networks.runs.measures import VALIDATION_LOSS, is_best
from networks.runs.stopping import is_over
from networks.training.distributed.ranks import Ranks
from networks.training.engine.state import RunState
from networks.training.engine.validation import Validation
from networks.training.setup.make_loss import LossFunction
from networks.training.setup.model import Model
from networks.training.setup.run_images import RunImages


class EpochJudge:
    """Judges all validation images of a run, and keeps in its state what came of it.

    `averaged` is the network with averaged weights, where there are any, and is judged as well. `places` are
    the indices of the validation images in the data set. Of several `ranks` each judges its share.
    """

    def __init__(
        self,
        model: Model,
        averaged: nn.Module | None,
        loss: LossFunction,
        project: Project,
        images: RunImages,
        places: Whole,
        ranks: Ranks | None = None,
    ) -> None:
        self._trained = model.module
        self._networks: dict[Weights, nn.Module] = {"last": model.evaluated}
        if averaged is not None:
            self._networks["averaged"] = averaged
        self._network, self._loss, self._declared = project.network, loss, project.recipe.learning.loss
        self._images, self._places, self._ranks = images, places, ranks
        self.judgements: Mapping[Weights, Judgement] = {}
        """What came of the newest validation of each kind of weights; replaced as a whole."""

    def judge(
        self,
        run: str,
        epoch: int,
        at_once: int,
        state: RunState,
        optimizer: torch.optim.Optimizer,
        stopping: Stopping,
    ) -> Iterator[Event]:
        """Judges this many images at a time, and tells how far it has come and what was measured."""
        validation = Validation(
            self._networks, self._loss, self._declared, optimizer, self._images.validation, self._ranks
        )
        self._trained.eval()
        for share in validation.parts(at_once):
            if share < 1:
                yield Validating(run, state.step, share)
            # whoever looked into the network meanwhile may have left it in another mode
            self._trained.eval()
        values, seconds = validation.values(), state.clock.lap()
        waiting = self._images.lap(seconds)
        best = is_best(values, state.best.values if state.best else None, stopping.measure)
        flow = state.flow.told(epoch, self._network, state.trained())
        judged = Validated(run, state.step, epoch, values, seconds, best, waiting, flow)
        state.judged_step = state.step
        state.losses.append(values[VALIDATION_LOSS.name])
        if best:
            with state.changing:
                state.best = replace(judged, flow=None)
                state.keep_best()
        answers = validation.judgements(run, judged.step, epoch, self._places)
        # the best ones are the same arrays under another name
        if best:
            answers["best"] = replace(answers["last"], weights="best")
        self.judgements = {**self.judgements, **answers}
        since_best = epoch - (state.best.epoch if state.best else 0)
        value = values[stopping.measure]
        state.over = is_over(value, stopping.falls, since_best, stopping.patience, stopping.target)
        yield judged
