"""SVHN: house numbers photographed from the street."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import numpy as np

from networks.core.message import message
from networks.core.shapes import show
from networks.recipes.datasets.base import Labels, Pixels
from networks.recipes.datasets.formats.content import unlike
from networks.recipes.datasets.formats.mat5 import read_mat
from networks.recipes.datasets.named import Download, NamedDataset

_SITE = "http://ufldl.stanford.edu/housenumbers/"


class SVHN(NamedDataset, frozen=True):
    """99,289 digits from house numbers photographed in streets, 32×32 pixels in colour; neighbours show."""

    title: ClassVar = "SVHN"
    licence: ClassVar = "for non-commercial use only"
    source: ClassVar = "http://ufldl.stanford.edu/housenumbers/"
    attribution: ClassVar = (
        "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu and A. Y. Ng, Reading Digits in Natural Images "
        "with Unsupervised Feature Learning, 2011; the format of cropped digits, without the extra set"
    )
    classes: ClassVar = tuple("0123456789")
    channels: ClassVar = 3
    size: ClassVar = (32, 32)
    counts: ClassVar = (4948, 13861, 10585, 8497, 7458, 6882, 5727, 5595, 5045, 4659)
    test_counts: ClassVar = (1744, 5099, 4149, 2882, 2523, 2384, 1977, 2019, 1660, 1595)
    folders: ClassVar = ("SVHN", "svhn", "")
    downloads: ClassVar = (
        Download(f"{_SITE}train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373", 182_040_794),
        Download(f"{_SITE}test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3", 64_275_384),
    )
    download_bytes: ClassVar = sum(each.size for each in downloads)

    def files(self, folder: Path) -> tuple[Path, ...] | None:
        files = tuple(folder / f"{side}_32x32.mat" for side in ("train", "test"))
        return files if all(os.path.isfile(file) for file in files) else None

    def read(self, files: tuple[Path, ...]) -> tuple[Pixels, Labels]:
        counts = (sum(self.counts), self.test_images)
        parts = [_side(file, count) for file, count in zip(files, counts, strict=True)]
        pixels, labels = zip(*parts, strict=True)
        return np.concatenate(pixels), np.concatenate(labels)


def _side(path: Path, count: int) -> tuple[Pixels, Labels]:
    arrays = read_mat(path)
    pixels, labels = arrays.get("X"), arrays.get("y")
    wanted = (32, 32, 3, count)
    if pixels is None or labels is None or pixels.shape != wanted or labels.size != count:
        got = message("no pictures") if pixels is None else message("{shape}", shape=show(pixels.shape))
        raise unlike(path, message("pictures of {shape}", shape=show(wanted)), got)
    # the files call the digit 0 a 10
    digits = labels.reshape(-1).astype(np.int64)
    return pixels.transpose(3, 0, 1, 2).astype(np.uint8, copy=False), np.where(digits == 10, 0, digits)
