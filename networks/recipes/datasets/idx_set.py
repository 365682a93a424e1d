"""What MNIST and its successors have in common: four IDX files of grey pictures of 28×28 pixels."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from networks.recipes.datasets.base import Labels, Pixels
from networks.recipes.datasets.formats.idx import read_idx
from networks.recipes.datasets.named import NamedDataset, first_of


class IdxDataset(NamedDataset, frozen=True):
    """Pictures and labels, each for training and for testing."""

    size: ClassVar = (28, 28)
    sides: ClassVar[tuple[str, str]] = ("train", "t10k")
    """What the names of the files for training and for testing begin with."""
    turned: ClassVar[bool] = False
    """Whether rows and columns are exchanged in the files."""
    first_label: ClassVar[int] = 0

    def files(self, folder: Path) -> tuple[Path, ...] | None:
        found = []
        for side in self.sides:
            for what, dimensions in (("images", 3), ("labels", 1)):
                stems = (f"{side}-{what}{mark}idx{dimensions}-ubyte" for mark in "-.")
                names = [f"{stem}{ending}" for stem in stems for ending in ("", ".gz")]
                if (file := first_of(folder, *names)) is None:
                    return None
                found.append(file)
        return tuple(found)

    def read(self, files: tuple[Path, ...]) -> tuple[Pixels, Labels]:
        counts = [sum(self.counts), sum(self.test_counts)]
        pixels = np.empty((sum(counts), *self.size), np.uint8)
        labels = np.empty(sum(counts), np.int64)
        sides = (slice(counts[0]), slice(counts[0], None))
        for count, side, (images, marks) in zip(counts, sides, (files[:2], files[2:]), strict=True):
            # labels first: they are small, and tell another set soon
            labels[side] = read_idx(marks, (count,))
            read = read_idx(images, (count, *self.size))
            pixels[side] = read.transpose(0, 2, 1) if self.turned else read
        return pixels[..., None], labels - self.first_label
