"""The image sets by name: what they hold and where they come from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from networks.core.declared import Closed, Declared, catalog
from networks.core.fields import real, whole

Pixels = NDArray[np.uint8]
"""n×height×width×channels."""
Labels = NDArray[np.int64]


class Dataset(Declared, frozen=True):
    """One image set is one subclass; its fields say how it is split."""

    attribution: ClassVar[str]
    classes: ClassVar[tuple[str, ...]]

    validation: Annotated[
        float,
        real(
            "Validation share",
            "Part of the images that is never trained on, only judged by.",
            0.0,
            1.0,
            above=True,
            below=True,
        ),
    ] = 0.2
    split_seed: Annotated[
        int,
        whole("Split seed", "Which images fall on which side; another number is another draw.", 0, 2**31 - 1),
    ] = 0

    def load(self) -> tuple[Pixels, Labels]:
        """All images and their labels. Raises UserError where they are not to be had."""
        raise NotImplementedError

    def split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Indices of the training and the validation images: every class in the same share."""
        _, labels = self.load()
        draw = np.random.default_rng(self.split_seed)
        training, validation = [], []
        for label in range(len(self.classes)):
            members = draw.permutation(np.flatnonzero(labels == label))
            held = self._held(len(members))
            validation.append(members[:held])
            training.append(members[held:])
        return np.sort(np.concatenate(training)), np.sort(np.concatenate(validation))

    def sizes(self) -> tuple[int, int]:
        """How many images are trained on and validated by; unlike `split` it draws nothing."""
        _, labels = self.load()
        members = np.bincount(labels, minlength=len(self.classes)).tolist()
        held = sum(map(self._held, members))
        return len(labels) - held, held

    def _held(self, members: int) -> int:
        """How many images of a class are held back; one at least is on either side."""
        return max(0, min(max(1, round(members * self.validation)), members - 1))


class Digits(Dataset, frozen=True):
    """1,797 handwritten digits of 13 people, 8×8 pixels in 17 shades of grey."""

    title: ClassVar = "Digits"
    attribution: ClassVar = (
        "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning "
        "Repository, 1998, doi 10.24432/C50P49 (test set), licensed CC BY 4.0"
    )
    classes: ClassVar = tuple("0123456789")

    def load(self) -> tuple[Pixels, Labels]:
        return _digits()


@lru_cache(maxsize=1)
def _digits() -> tuple[Pixels, Labels]:
    with np.load(Path(__file__).parent / "digits.npz", allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    # the set's brightest shade is 16; 255 here, like every other image set
    return (images.astype(np.uint16) * 255 // 16).astype(np.uint8)[..., None], labels.astype(np.int64)


DATASETS = catalog(Dataset, __name__)

AnyDataset = Closed[Dataset]
