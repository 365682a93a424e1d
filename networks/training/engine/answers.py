"""Keeps what a network answers while it is judged: a loss function that remembers what it was called with."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.recipes.losses import Loss
from networks.recipes.losses.base import Values
from networks.runs.judgement.judgement import Judgement, Side, Weights, Whole
from networks.training.setup.make_loss import LossFunction

EXACT = 2**22
"""Up to this many probabilities are kept as float32; more as float16, which has three digits."""
_NEAR = 2**15
"""Numbers that are worked on at a time: three arrays of them fit into a processor's cache."""


class Answers:
    """Stands in for the loss in `networks.training.printed.steps.judge`, and gives the same loss.

    What it keeps takes a few bytes for each image and class, far less than the images themselves. It costs
    next to nothing beside the forward pass, whose outputs it is given anyway.
    """

    def __init__(self, loss: LossFunction, declared: Loss, images: int) -> None:
        """`declared` is what `loss` was made of; it says how the outputs are to be read as probabilities."""
        self._loss, self._declared = loss, declared
        self._labels = np.empty(images, np.int64)
        self._answers = np.empty(images, np.int64)
        self._ranks = np.empty(images, np.int64)
        self._losses = np.empty(images, np.float32)
        self._probabilities: NDArray[Any] = np.empty((0, 0))
        self._done = 0
        self._places = np.arange(images)

    def begin(self, places: Tensor) -> None:
        """Says which of the images the next answers are about; those that cannot be read are left out."""
        self._places[self._done : self._done + len(places)] = places.numpy()

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch, whose answers are kept. `targets` are n labels."""
        found = self._loss(outputs, targets)
        self.keep(outputs, targets)
        return found

    def keep(self, outputs: Tensor, targets: Tensor) -> None:
        """Keeps the answers to the next n images, in their order."""
        outputs, labels = outputs.detach().cpu().float(), targets.cpu()
        count, classes = outputs.shape
        if not self._done:
            exact = len(self._labels) * classes <= EXACT
            self._probabilities = np.empty((len(self._labels), classes), np.float32 if exact else np.float16)
        place = slice(self._done, self._done + count)
        self._done += count
        self._labels[place] = labels.numpy()
        self._answers[place] = outputs.argmax(1).numpy()
        self._ranks[place] = ranks(outputs, labels).numpy()
        self._probabilities[place] = probabilities(outputs, self._declared).numpy()
        self._losses[place] = losses(self._declared, outputs.double().numpy(), self._labels[place])

    def judgement(
        self, run: str, weights: Weights, side: Side, step: int, epoch: float, images: Whole
    ) -> Judgement:
        """All answers together; `images` are the indices of the images in the data set.

        Pictures of a folder that could not be read while they were judged are in none of the arrays.
        """
        answered = slice(self._done)
        return Judgement(
            run,
            weights,
            side,
            step,
            epoch,
            images if self._done == len(images) else images[self._places[answered]],
            self._labels[answered],
            self._answers[answered],
            self._ranks[answered],
            self._probabilities[answered],
            self._losses[answered],
        )


def losses(declared: Loss, outputs: Values, labels: Whole) -> Values:
    """The loss of each image; some at a time, as many as a processor has near at hand."""
    classes = outputs.shape[1]
    found, at_once = np.empty(len(labels)), max(1, _NEAR // classes)
    for start in range(0, len(labels), at_once):
        some = slice(start, start + at_once)
        one_hot = np.zeros((len(labels[some]), classes))
        one_hot[np.arange(len(one_hot)), labels[some]] = 1
        # an output that is infinite has no loss that is a number, as torch says too
        with np.errstate(all="ignore"):
            found[some] = declared.of_each(outputs[some], one_hot)
    return found


def ranks(outputs: Tensor, labels: Tensor) -> Tensor:
    """How many classes come before the right one, of equal outputs those with a lower number.

    The right class of an image whose outputs are not all numbers comes last.
    """
    own = outputs.gather(1, labels[:, None])
    lower = torch.arange(outputs.shape[1]) < labels[:, None]
    found = ((outputs > own) | ((outputs == own) & lower)).sum(1)
    return torch.where(outputs.isnan().any(1), outputs.shape[1], found)


def probabilities(outputs: Tensor, declared: Loss) -> Tensor:
    """The outputs n×classes as probabilities, as this loss reads them."""
    if declared.per_class:
        return outputs.sigmoid()
    if declared.expects == "scores":
        return outputs.softmax(1)
    return (outputs.exp() if declared.expects == "log-probabilities" else outputs).clamp(0, 1)
