"""Fashion-MNIST: as MNIST in every number, but harder."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.idx_set import IdxDataset
from networks.recipes.datasets.named import Download

_SITE = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"


class FashionMNIST(IdxDataset, frozen=True):
    """70,000 pieces of clothing from a shop's catalogue, 28×28 pixels in 256 shades of grey."""

    title: ClassVar = "Fashion-MNIST"
    licence: ClassVar = "MIT"
    source: ClassVar = "https://github.com/zalandoresearch/fashion-mnist"
    attribution: ClassVar = (
        "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine "
        "Learning Algorithms, 2017, arXiv 1708.07747; © 2017 Zalando SE, MIT licence"
    )
    classes: ClassVar = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    counts: ClassVar = (6000,) * 10
    test_counts: ClassVar = (1000,) * 10
    folders: ClassVar = (
        "FashionMNIST/raw",
        "FashionMNIST",
        "fashion-mnist/raw",
        "fashion-mnist",
        "fashion_mnist",
        "fashion",
    )
    downloads: ClassVar = (
        Download(f"{_SITE}train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
        Download(f"{_SITE}train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
        Download(f"{_SITE}t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", 4_422_102),
        Download(f"{_SITE}t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310", 5_148),
    )
    download_bytes: ClassVar = sum(each.size for each in downloads)
