"""The batches that a run trains on: picked in the order of the epoch, and augmented."""

from __future__ import annotations

import torch
from torch import Tensor

from networks.data.augmentation.batch import Step, augment, with_partners
from networks.data.augmentation.steps import steps_of
from networks.data.batches import Batches
from networks.data.images import Scale
from networks.recipes.augmentation import Steps, partners


class AugmentedBatches:
    """Training images with the augmentation of a recipe, which may be changed between two steps."""

    def __init__(self, batches: Batches, scale: Scale, classes: int, seed: int, device: torch.device) -> None:
        self._batches, self._classes, self._seed = batches, classes, seed
        self._mean, self._deviation = (
            torch.tensor(each, device=device).view(-1, 1, 1) for each in (scale.mean, scale.std)
        )
        self._steps: tuple[Step, ...] = ()
        self._partners = 0

    def set_steps(self, augmentation: Steps) -> None:
        """Augments by these steps from now on."""
        self._steps = steps_of(augmentation)
        self._partners = partners(augmentation)

    def pick(self, order: Tensor, start: int, stop: int, epoch: int) -> tuple[Tensor, Tensor, Tensor]:
        """The images from `start` to `stop` in an epoch's order, normalized, their targets and their indices.

        Targets are labels or, with a step that mixes images, n×classes. Epochs count from 1.
        """
        chosen = with_partners(order, start, stop, self._partners)
        images, labels = self._batches.pick(chosen)
        if not self._steps:
            return images, labels, chosen
        # images from 0 to 1 are augmented, as they were before they were normalized
        images = images * self._deviation + self._mean
        images, targets = augment(images, labels, chosen, self._steps, self._classes, self._seed, epoch)
        return (images - self._mean) / self._deviation, targets, chosen[self._partners :]
