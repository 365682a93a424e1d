"""Digits: the small set that comes with the program."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from networks.recipes.datasets.base import Dataset, Labels, Pixels


class Digits(Dataset, frozen=True):
    """1,797 handwritten digits of 13 people, 8×8 pixels in 17 shades of grey."""

    title: ClassVar = "Digits"
    licence: ClassVar = "CC BY 4.0"
    source: ClassVar = "https://archive.ics.uci.edu/dataset/80"
    attribution: ClassVar = (
        "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning "
        "Repository, 1998, doi 10.24432/C50P49 (test set), licensed CC BY 4.0"
    )
    classes: ClassVar = tuple("0123456789")
    size: ClassVar = (8, 8)
    counts: ClassVar = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)

    def load(self) -> tuple[Pixels, Labels]:
        return _digits()


@lru_cache(maxsize=1)
def _digits() -> tuple[Pixels, Labels]:
    with np.load(Path(__file__).parent / "digits.npz", allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    # the set's brightest shade is 16; 255 here, like every other image set
    return (images.astype(np.uint16) * 255 // 16).astype(np.uint8)[..., None], labels.astype(np.int64)
