"""What CIFAR-10 and CIFAR-100 have in common: small colour photographs, as pickles or as plain bytes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import numpy as np

from networks.recipes.datasets.base import Labels, Pixels
from networks.recipes.datasets.formats.cifar import read_binary, read_pickle
from networks.recipes.datasets.named import NamedDataset


class CifarDataset(NamedDataset, frozen=True):
    """Files of pictures for training, and a last one for testing."""

    licence: ClassVar = "free to use, without a licence of its own"
    source: ClassVar = "https://www.cs.toronto.edu/~kriz/cifar.html"
    attribution: ClassVar = (
        "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; collected by "
        "A. Krizhevsky, V. Nair and G. Hinton"
    )
    channels: ClassVar = 3
    size: ClassVar = (32, 32)
    pickles: ClassVar[tuple[str, ...]]
    """Names of the files of Python pickles, the one for testing last."""
    key: ClassVar[str]
    """Under which the labels stand in a pickle."""
    binaries: ClassVar[tuple[str, ...]]
    """Names of the files of plain bytes, the one for testing last."""
    label_bytes: ClassVar[int]
    """How many labels stand before each picture in a plain file; the last of them counts."""

    def files(self, folder: Path) -> tuple[Path, ...] | None:
        for names in (self.pickles, self.binaries):
            files = tuple(folder / name for name in names)
            if all(os.path.isfile(file) for file in files):
                return files
        return None

    def read(self, files: tuple[Path, ...]) -> tuple[Pixels, Labels]:
        each = sum(self.counts) // (len(files) - 1)
        parts = []
        for file, count in zip(files, [each] * (len(files) - 1) + [self.test_images], strict=True):
            if file.name in self.binaries:
                parts.append(read_binary(file, count, self.label_bytes))
            else:
                parts.append(read_pickle(file, count, self.key))
        pixels, labels = zip(*parts, strict=True)
        return np.concatenate(pixels), np.concatenate(labels)
