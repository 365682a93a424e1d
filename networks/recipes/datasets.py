"""The data sets: what they hold and where they come from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from networks.core.declared import Closed, Declared, catalog

Pixels = NDArray[np.uint8]
"""n×height×width×channels."""
Labels = NDArray[np.int64]


class Dataset(Declared, frozen=True):
    """One data set is one subclass; its fields are its own parameters."""

    attribution: ClassVar[str]
    classes: ClassVar[tuple[str, ...]]

    def load(self) -> tuple[Pixels, Labels]:
        """All images and their labels. Raises UserError where they cannot be had."""
        raise NotImplementedError


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
