"""Looks at the batches of a run without slowing it: only where someone wants to see one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from networks.runs.glance import Glance
from networks.training.make_loss import LossFunction

_SIDE = 64
"""Pictures larger than this are thinned out to about this many pixels on a side."""


class _Kept(NamedTuple):
    step: int
    chosen: Tensor
    images: Tensor
    outputs: Tensor
    targets: Tensor


class Watch:
    """A loss that keeps what it was called with last: references to tensors, which costs a step nothing.

    The thread that trains puts a new `glance` in place of the last one where one was wished for. `look` makes
    one at once, for whoever knows that the thread is at rest.
    """

    def __init__(self, loss: LossFunction, training: NDArray[np.int64]) -> None:
        """`training` are the indices of the training images in the data set."""
        self.wished = False
        self.glance: Glance | None = None
        self._loss, self._training = loss, training
        self._batch: tuple[int, Tensor, Tensor] | None = None
        self._kept: _Kept | None = None

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The loss. The first call of a step is about the main scores, later ones about auxiliary outputs."""
        if self._batch is not None:
            self._kept = _Kept(*self._batch, outputs.detach(), targets)
            self._batch = None
        return self._loss(outputs, targets)

    def begin(self, step: int, chosen: Tensor, images: Tensor) -> None:
        """Says what the next step is about: which of the training images, and how the network sees them."""
        # gone before the step, so that its memory serves the step again
        self._kept = None
        self._batch = step, chosen, images

    def end(self) -> None:
        """Says that the step was made."""
        if self.wished:
            self.wished = False
            self.look()

    def look(self) -> Glance | None:
        """The last batch; None before the first."""
        kept = self._kept
        if kept is None or (self.glance is not None and self.glance.step == kept.step):
            return self.glance
        outputs = kept.outputs.cpu().double().numpy()
        targets = kept.targets.cpu().numpy()
        if targets.ndim == 1:
            targets = np.eye(outputs.shape[1])[targets]
        self.glance = Glance(
            kept.step,
            self._training[kept.chosen[-len(outputs) :].cpu().numpy()],
            outputs,
            targets.astype(np.float64),
            targets.argmax(axis=1),
            _pictures(kept.images),
        )
        return self.glance


def _pictures(images: Tensor) -> NDArray[np.uint8]:
    """The images n×channels×height×width as bytes: black and white are the extremes of the batch."""
    every = -(-max(images.shape[2:]) // _SIDE)
    small = images[:, :, ::every, ::every].permute(0, 2, 3, 1).cpu().float().numpy()
    low, high = float(small.min()), float(small.max())
    return ((small - low) * (255 / max(high - low, 1e-9))).round().astype(np.uint8)
