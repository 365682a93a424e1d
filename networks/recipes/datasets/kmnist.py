"""KMNIST: as MNIST in every number, in old Japanese handwriting."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.idx_set import IdxDataset
from networks.recipes.datasets.named import Download

_SITE = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"


class KMNIST(IdxDataset, frozen=True):
    """70,000 cursive hiragana from old Japanese books, 28×28 pixels in 256 shades of grey."""

    title: ClassVar = "KMNIST"
    licence: ClassVar = "CC BY-SA 4.0"
    source: ClassVar = "https://github.com/rois-codh/kmnist"
    attribution: ClassVar = (
        "“KMNIST Dataset” (created by CODH), adapted from “Kuzushiji Dataset” (created by NIJL and others), "
        "doi 10.20676/00000341; T. Clanuwat et al., Deep Learning for Classical Japanese Literature, 2018; "
        "CC BY-SA 4.0"
    )
    classes: ClassVar = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    counts: ClassVar = (6000,) * 10
    test_counts: ClassVar = (1000,) * 10
    folders: ClassVar = ("KMNIST/raw", "KMNIST", "kmnist/raw", "kmnist")
    downloads: ClassVar = (
        Download(f"{_SITE}train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7", 18_165_135),
        Download(f"{_SITE}train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344", 29_497),
        Download(f"{_SITE}t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136),
        Download(f"{_SITE}t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134", 5_120),
    )
    download_bytes: ClassVar = sum(each.size for each in downloads)
