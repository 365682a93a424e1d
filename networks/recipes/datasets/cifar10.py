"""CIFAR-10: small colour photographs of animals and vehicles."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.cifar_set import CifarDataset
from networks.recipes.datasets.named import Download

_PICKLES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")


class CIFAR10(CifarDataset, frozen=True):
    """60,000 colour photographs of animals and vehicles, 32×32 pixels."""

    title: ClassVar = "CIFAR-10"
    classes: ClassVar = (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )
    counts: ClassVar = (5000,) * 10
    test_counts: ClassVar = (1000,) * 10
    pickles: ClassVar = _PICKLES
    key: ClassVar = "labels"
    binaries: ClassVar = tuple(f"{name}.bin" for name in _PICKLES)
    label_bytes: ClassVar = 1
    folders: ClassVar = (
        "cifar-10-batches-py",
        "cifar-10-batches-bin",
        "CIFAR10/cifar-10-batches-py",
        "cifar10/cifar-10-batches-py",
        "CIFAR10",
        "cifar10",
        "cifar-10",
    )
    downloads: ClassVar = (
        Download(
            "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
            "c58f30108f718f92721af3b95e74349a",
            170_498_071,
            tuple(f"cifar-10-batches-py/{name}" for name in _PICKLES),
        ),
    )
    download_bytes: ClassVar = sum(each.size for each in downloads)
