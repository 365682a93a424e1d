"""A network on the test bench: answers single pictures, drawn or from anywhere, with a run's weights."""

from __future__ import annotations

from typing import NamedTuple

import torch

from networks.data.changed import changed
from networks.data.fitting import fit
from networks.data.single import as_batch, as_stored
from networks.module.build import evaluation
from networks.recipes.datasets import Pixels
from networks.runs.judgement.holding import Held, Kind, values
from networks.runs.judgement.judgement import Reals, Weights
from networks.training.answers import probabilities
from networks.training.run import Run


class Answer(NamedTuple):
    """What the network makes of one picture."""

    probabilities: Reals
    """One for each class."""
    seen: Pixels
    """The picture in the size and the channels of the network: height×width×channels."""


class Bench:
    """A copy of a run's network; the run goes on as if it were not there. For one thread at a time."""

    def __init__(self, run: Run, weights: Weights) -> None:
        copied, self.step = run.state.copied(weights)
        self._network = evaluation(copied).eval()
        data = run.project.recipe.data.dataset
        self._stored = data.size, data.channels
        self._scale, self._device = run.images.prepared.scale, run.device
        self._plain_order = run.images.plain_order
        self._loss = run.project.recipe.learning.loss

    def answer(self, picture: Pixels) -> Answer:
        """The answer to a picture height×width×channels of any size, in grey or in colour.

        It is brought to the size in which the set's pictures are stored, and then seen as those are.
        """
        kept = self._kept(picture[None])
        seen = fit(kept, self._scale.size, self._scale.channels)[0]
        return Answer(self._answers(kept)[0], (255 * seen).round().byte().numpy())

    def hold(self, picture: Pixels, kind: Kind) -> Held:
        """The answers to the picture as `kind` changes it, more and more."""
        return Held(kind, values(kind), self._answers(changed(self._kept(picture[None])[0], kind)))

    def _kept(self, pictures: Pixels) -> Pixels:
        return as_stored(pictures, *self._stored)

    def _answers(self, kept: Pixels) -> Reals:
        images = as_batch(kept, self._scale, self._device, self._plain_order)
        with torch.inference_mode():
            outputs = self._network(images).float().cpu()
        found: Reals = probabilities(outputs, self._loss).double().numpy()
        return found
