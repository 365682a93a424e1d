"""STL-10: larger colour photographs, of which few are labelled."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import ClassVar

import numpy as np

from networks.recipes.datasets.base import Labels, Pixels
from networks.recipes.datasets.formats.content import content
from networks.recipes.datasets.named import Download, NamedDataset

_FILES = ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin")


class STL10(NamedDataset, frozen=True):
    """13,000 colour photographs of animals and vehicles, 96×96 pixels: few to learn from."""

    title: ClassVar = "STL-10"
    licence: ClassVar = "pictures from ImageNet, under its terms"
    source: ClassVar = "https://cs.stanford.edu/~acoates/stl10/"
    attribution: ClassVar = (
        "A. Coates, H. Lee and A. Y. Ng, An Analysis of Single Layer Networks in Unsupervised Feature "
        "Learning, AISTATS 2011; the labelled pictures, which are from ImageNet"
    )
    classes: ClassVar = (
        "airplane",
        "bird",
        "car",
        "cat",
        "deer",
        "dog",
        "horse",
        "monkey",
        "ship",
        "truck",
    )
    channels: ClassVar = 3
    size: ClassVar = (96, 96)
    counts: ClassVar = (500,) * 10
    test_counts: ClassVar = (800,) * 10
    folders: ClassVar = (
        "stl10_binary",
        "STL10/stl10_binary",
        "stl10/stl10_binary",
        "STL10",
        "stl10",
        "stl-10",
    )
    downloads: ClassVar = (
        Download(
            "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
            "91f7769df0f17e558f3565bffb0c7dfb",
            2_640_397_119,
            tuple(f"stl10_binary/{name}" for name in _FILES),
        ),
    )
    download_bytes: ClassVar = sum(each.size for each in downloads)

    def files(self, folder: Path) -> tuple[Path, ...] | None:
        files = tuple(folder / name for name in _FILES)
        return files if all(os.path.isfile(file) for file in files) else None

    def read(self, files: tuple[Path, ...]) -> tuple[Pixels, Labels]:
        parts, labels = [], []
        counts = (sum(self.counts), self.test_images)
        for count, (images, marks) in zip(counts, (files[:2], files[2:]), strict=True):
            labels.append(np.frombuffer(content(marks, count), np.uint8).astype(np.int64) - 1)
            data = np.frombuffer(content(images, count * 3 * math.prod(self.size)), np.uint8)
            # column by column, and each colour by itself
            parts.append(data.reshape(count, 3, *self.size).transpose(0, 3, 2, 1))
        return np.concatenate(parts), np.concatenate(labels)
