"""The recipe's section on data: which images, which of them are learned from, and which are judged by."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.fields import described, real, whole
from networks.core.message import Message, UserError, message
from networks.recipes.augmentation import Steps
from networks.recipes.datasets import AnyDataset, Digits
from networks.recipes.splitting import few_per_class, split, validating


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The images that the network learns from and is judged by."""

    dataset: Annotated[
        AnyDataset, described("Data set", "The images that the network learns from and is judged by.")
    ] = Digits()
    validation: Annotated[
        float,
        real(
            "Validation share",
            "Share of the images that is never trained on, only used to judge the network.",
            0.0,
            1.0,
            above=True,
            below=True,
        ),
    ] = 0.2
    split_seed: Annotated[
        int,
        whole("Split seed", "Which images are held back; another number draws others.", 0, 2**31 - 1),
    ] = 0
    judged_by: Annotated[
        Literal["share", "test"],
        described(
            "Judged by",
            "A share of the training images that is held back, or the test set that the data set’s authors "
            "have set aside.",
            labels={"share": "a share held back", "test": "the set’s own test set"},
        ),
    ] = "share"
    per_class: Annotated[
        int,
        whole(
            "Learn from only",
            "The most training images of each class. With few, a network soon knows them by heart: "
            "over-fitting on demand. 0 takes all.",
            0,
            10_000_000,
            unit="per class",
            zero="all",
        ),
    ] = 0
    balance: Annotated[
        Literal["equal", "weights", "sampler"],
        described(
            "Weigh classes",
            "What to do where some classes have more images than others: count every image the same, weigh "
            "the loss of each class by 1 ÷ its size, or draw every class equally often.",
            labels={"equal": "equally", "weights": "by 1 ÷ size", "sampler": "balanced sampler"},
        ),
    ] = "equal"
    augmentation: Annotated[
        Steps,
        described(
            "Augmentation",
            "How training images are changed, in this order and anew in every epoch. Validation never is.",
        ),
    ] = ()

    def split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Indices of the training and the validation images.

        A share is the same in every class, and leaves the set's own test set alone. Raises UserError where
        the images cannot be had, or the set has no test set that the recipe wants to judge by.
        """
        labels = self.dataset.labels()
        if (reason := self.no_test_set()) is not None:
            raise UserError(reason)
        own = len(labels) - self.dataset.test_images
        if self.judged_by == "test":
            training, held_back = np.arange(own), np.arange(own, len(labels))
        else:
            classes = len(self.dataset.classes)
            training, held_back = split(labels[:own], classes, self.validation, self.split_seed)
        if self.per_class:
            training = few_per_class(labels, training, self.per_class, self.split_seed)
        return training, held_back

    def sizes(self) -> tuple[int, int]:
        """How many images are for training and how many for validation; unlike `split` it draws nothing.

        Raises UserError where only reading the images could tell, and they cannot be had.
        """
        members = self.dataset.class_counts()
        held = [validating(count, self.validation) for count in members]
        if self.judged_by == "test":
            held = [0] * len(members)
        left = [count - away for count, away in zip(members, held, strict=True)]
        if self.per_class:
            left = [min(count, self.per_class) for count in left]
        return sum(left), self.dataset.test_images if self.judged_by == "test" else sum(held)

    def no_test_set(self) -> Message | None:
        """A sentence where the recipe wants to judge by a test set that the data set does not have."""
        if self.judged_by == "share" or self.dataset.test_images:
            return None
        return message(
            "Expected a data set with a test set of its own to judge by, got {dataset}, which has none: "
            "judge by a share that is held back.",
            dataset=self.dataset.name(),
        )
