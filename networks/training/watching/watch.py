"""Looks at the batches of a run without slowing it: only where someone wants to see one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.runs.glance import Glance
from networks.training.setup.make_loss import LossFunction

_SIDE = 64
"""Pictures larger than this are thinned out to about this many pixels on a side."""


class Batch(NamedTuple):
    """What a step learned from: rows of the data set, images as the network took them, and their targets.

    `outputs` are the main scores, n×classes.
    """

    step: int
    rows: NDArray[np.int64]
    images: Tensor
    outputs: Tensor
    targets: Tensor


class Watch:
    """A loss that keeps what it was called with last: references to tensors, which costs a step nothing.

    The thread that trains puts a new `glance` in place of the last one where one was wished for. `look` makes
    one at once, for whoever knows that the thread is at rest.
    """

    def __init__(self, loss: LossFunction, training: NDArray[np.int64], ends: int = 1) -> None:
        """`training` are the indices of the training images in the data set.

        `ends` is how many scores a network gives while training, auxiliary ones among them.
        """
        self.wished = False
        self.glance: Glance | None = None
        self._loss, self._training, self._ends = loss, training, ends
        self._begun: tuple[int, Tensor, Tensor] | None = None
        self._seen: list[tuple[Tensor, Tensor]] = []
        """Outputs and targets of each call, oldest first."""

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The loss: of each part of a batch that of the main scores, then those of auxiliary outputs."""
        if self._begun is not None:
            # of processes that train together nobody says what a step is about: nothing may pile up
            self._seen.append((outputs.detach(), targets))
        return self._loss(outputs, targets)

    def begin(self, step: int, chosen: Tensor, images: Tensor) -> None:
        """Says what the next step is about: which of the training images, and how the network sees them."""
        # gone before the step, so that its memory serves the step again
        self._seen = []
        self._begun = step, chosen, images

    def end(self) -> None:
        """Says that the step was made."""
        if self.wished:
            self.wished = False
            self.look()

    @property
    def batch(self) -> Batch | None:
        """The last batch; None before the first."""
        if self._begun is None or not self._seen:
            return None
        step, chosen, images = self._begun
        outputs, targets = (torch.cat(each) for each in zip(*self._seen[:: self._ends], strict=True))
        return Batch(step, self._training[chosen[-len(outputs) :].cpu().numpy()], images, outputs, targets)

    def look(self) -> Glance | None:
        """The last batch, in numbers; None before the first."""
        batch = self.batch
        if batch is None or (self.glance is not None and self.glance.step == batch.step):
            return self.glance
        outputs = batch.outputs.cpu().double().numpy()
        targets = batch.targets.cpu().numpy()
        if targets.ndim == 1:
            targets = np.eye(outputs.shape[1])[targets]
        self.glance = Glance(
            batch.step,
            batch.rows,
            outputs,
            targets.astype(np.float64),
            targets.argmax(axis=1),
            small_pictures(batch.images),
        )
        return self.glance


def small_pictures(images: Tensor) -> NDArray[np.uint8]:
    """The images n×channels×height×width as bytes: black and white are the extremes of the batch."""
    every = -(-max(images.shape[2:]) // _SIDE)
    small = images[:, :, ::every, ::every].permute(0, 2, 3, 1).cpu().float().numpy()
    low, high = float(small.min()), float(small.max())
    return ((small - low) * (255 / max(high - low, 1e-9))).round().astype(np.uint8)
