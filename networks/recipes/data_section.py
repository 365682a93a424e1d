"""The recipe's section on data: which images, and how many of them are held back for validation."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.fields import described, real, whole
from networks.recipes.datasets import AnyDataset, Digits
from networks.recipes.splitting import split, validating


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

    def split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Indices of the training and the validation images; the share is the same in every class.

        Raises UserError where the images cannot be had.
        """
        _, labels = self.dataset.load()
        return split(labels, len(self.dataset.classes), self.validation, self.split_seed)

    def sizes(self) -> tuple[int, int]:
        """How many images are for training and how many for validation; unlike `split` it draws nothing."""
        _, labels = self.dataset.load()
        members = np.bincount(labels, minlength=len(self.dataset.classes)).tolist()
        held = sum(validating(count, self.validation) for count in members)
        return len(labels) - held, held
