"""The images of a run: those that it learns from, augmented, and those that it judges."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from msgspec.structs import replace
from torch import Tensor

from networks.core.message import Message, message
from networks.data.augmented import AugmentedBatches
from networks.data.batches import Batches
from networks.data.images import prepare
from networks.data.order import epoch_order
from networks.data.streamed import StreamedBatches
from networks.layers.ends import Input
from networks.project.project import Project
from networks.recipes.balancing import class_weights
from networks.runs.waiting import Waiting, waiting_words
from networks.training.setup.plan import Plan
from networks.training.setup.streaming import Orders, StreamedValidation, Streaming


class RunImages:
    """Prepares the images of a project, and reads before what has changed on the disk.

    Raises UserError where they cannot be had.
    """

    def __init__(self, project: Project, plan: Plan, device: torch.device, orders: Orders) -> None:
        """`orders` are those of the epochs to come, in which pictures are decoded ahead."""
        data, learning = project.recipe.data, project.recipe.learning
        # the steps of an augmentation are no reason to prepare the same images once more
        images = prepare(
            replace(data, augmentation=()),
            project.network.of_type(Input)[0].layer,
            data.dataset.edition(),
        )
        self.prepared, self.device = images, device
        self.plain_order = project.recipe.machine.in_plain_order
        self.training_labels = images.training_labels
        self.training: Batches | StreamedBatches
        self.validation: Batches | StreamedValidation
        self.augmented: AugmentedBatches
        self.streaming: Streaming | None = None
        self._slow_told = False
        self._balance, self._classes = data.balance, project.classes
        if images.files is None:
            self.training = Batches(images.learned, images.scale, device, self.plain_order)
            self.validation = Batches(images.judged, images.scale, device, self.plain_order)
            self.augmented = AugmentedBatches(
                self.training, images.scale, project.classes, learning.seed, device
            )
        else:
            self.streaming = Streaming(
                images,
                learning.batch_size,
                plan.steps_per_epoch,
                project.classes,
                learning.seed,
                device,
                orders,
                project.recipe.machine.decoders,
                self.plain_order,
            )
            self.training, self.validation = self.streaming.training, self.streaming.validation
            self.augmented = self.streaming.augmented
        self.augmented.set_steps(data.augmentation)

    @property
    def class_weights(self) -> list[float] | None:
        """By how much the loss of each class counts while training; None where all count the same."""
        if self._balance != "weights":
            return None
        return class_weights(self.training_labels.numpy(), self._classes)

    def order(self, shuffling: torch.Generator) -> Tensor:
        """Draws the order of the next epoch: indices of the training images, where these are kept."""
        return self.training.at_home(epoch_order(self.training_labels, self._balance, shuffling))

    def orders(self, shuffling: torch.Generator, epochs: int) -> Iterator[Tensor]:
        """The orders of this many epochs to come, as they will be drawn from this generator, which stays."""
        copied = torch.Generator()
        copied.set_state(shuffling.get_state())
        for _ in range(epochs):
            yield epoch_order(self.training_labels, self._balance, copied)

    def left_out(self, *, at_once: bool) -> Message | None:
        """A sentence on pictures that could not be read any more since this was asked last."""
        return None if self.streaming is None else self.streaming.left_out(at_once=at_once)

    def lap(self, seconds: float) -> Waiting | None:
        """For which part of an epoch's seconds steps waited for pictures; None where these are kept."""
        return None if self.streaming is None else self.streaming.lap(seconds)

    def slow(self, waiting: Waiting | None) -> Message | None:
        """A sentence where the steps wait for long, once in a run."""
        if waiting is None or not waiting.much or self._slow_told:
            return None
        self._slow_told = True
        return waiting_words(waiting)

    def close(self) -> None:
        """Ends the threads that decode, where there are any; the next batch starts others."""
        if self.streaming is not None:
            self.streaming.close()


def changed_words(changes: Message | None) -> tuple[Message, ...]:
    """What is to be told where files of the folder have changed since it was read."""
    if changes is None:
        return ()
    return (
        message("The folder has changed since it was read: {changes}. They are taken in.", changes=changes),
    )
