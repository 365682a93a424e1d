"""The batches that a run trains on: picked in the order of the epoch, and augmented."""

from __future__ import annotations

import torch
from torch import Tensor

from networks.data.augmentation.batch import Step, augment, with_partners
from networks.data.augmentation.cut_outs import cut_outs
from networks.data.augmentation.steps import steps_of
from networks.data.images import Scale
from networks.data.streamed import AnyBatches, StreamedBatches, Upcoming, Wanted, nothing_more
from networks.recipes.augmentation import Steps, made_while_decoding, partners


class AugmentedBatches:
    """Training images with the augmentation of a recipe, which may be changed between two steps."""

    def __init__(
        self,
        batches: AnyBatches,
        scale: Scale,
        classes: int,
        seed: int,
        device: torch.device,
    ) -> None:
        self._batches, self._classes, self._seed = batches, classes, seed
        self._mean, self._deviation = (
            torch.tensor(each, device=device).view(-1, 1, 1) for each in (scale.mean, scale.std)
        )
        self._steps: tuple[Step, ...] = ()
        self._partners = 0
        self._done = 0
        """How many of the first steps are made while pictures are decoded."""
        self._size = scale.size

    def set_steps(self, augmentation: Steps) -> None:
        """Augments by these steps from now on."""
        self._steps = steps_of(augmentation)
        self._partners = partners(augmentation)
        self._done = made_while_decoding(augmentation) if isinstance(self._batches, StreamedBatches) else 0

    def pick(
        self, order: Tensor, start: int, stop: int, epoch: int, upcoming: Upcoming = nothing_more
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The images from `start` to `stop` in an epoch's order, normalized, their targets and their indices.

        Targets are labels or, with a step that mixes images, n×classes. Epochs count from 1. Where pictures
        are decoded ahead, `upcoming` says what is wanted next, and those that cannot be read are left out.
        """
        chosen = with_partners(order, start, stop, self._partners)
        if isinstance(self._batches, StreamedBatches):
            images, labels, chosen = self._batches.pick(chosen, self._cut_out(chosen, epoch), upcoming)
        else:
            images, labels = self._batches.pick(chosen)
        if len(self._steps) == self._done:
            return images, labels, chosen
        # images from 0 to 1 are augmented, as they were before they were normalized
        images = images * self._deviation + self._mean
        images, targets = augment(
            images, labels, chosen, self._steps, self._classes, self._seed, epoch, self._done
        )
        return (images - self._mean) / self._deviation, targets, chosen[self._partners :]

    def wanted(self, order: Tensor, start: int, stop: int, epoch: int) -> list[Wanted]:
        """The pictures of a batch, as their stream is asked for them."""
        assert isinstance(self._batches, StreamedBatches)
        chosen = with_partners(order, start, stop, self._partners)
        return self._batches.wanted(chosen.tolist(), self._cut_out(chosen, epoch))

    def _cut_out(self, chosen: Tensor, epoch: int) -> list[tuple[float, ...]]:
        return cut_outs(chosen, self._steps, self._done, *self._size, self._seed, epoch)
