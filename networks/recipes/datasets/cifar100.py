"""CIFAR-100: small colour photographs of a hundred kinds of things."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.cifar_set import CifarDataset
from networks.recipes.datasets.named import Download


class CIFAR100(CifarDataset, frozen=True):
    """60,000 colour photographs of a hundred kinds of things, 32×32 pixels."""

    title: ClassVar = "CIFAR-100"
    # fmt: off
    classes: ClassVar = (
        "apple", "aquarium fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
        "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
        "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup",
        "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house",
        "kangaroo", "keyboard", "lamp", "lawn mower", "leopard", "lion", "lizard", "lobster", "man",
        "maple tree", "motorcycle", "mountain", "mouse", "mushroom", "oak tree", "orange", "orchid",
        "otter", "palm tree", "pear", "pickup truck", "pine tree", "plain", "plate", "poppy", "porcupine",
        "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew",
        "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower",
        "sweet pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train", "trout",
        "tulip", "turtle", "wardrobe", "whale", "willow tree", "wolf", "woman", "worm",
    )
    # fmt: on
    counts: ClassVar = (500,) * 100
    test_counts: ClassVar = (100,) * 100
    pickles: ClassVar = ("train", "test")
    key: ClassVar = "fine_labels"
    binaries: ClassVar = ("train.bin", "test.bin")
    label_bytes: ClassVar = 2
    folders: ClassVar = (
        "cifar-100-python",
        "cifar-100-binary",
        "CIFAR100/cifar-100-python",
        "cifar100/cifar-100-python",
        "CIFAR100",
        "cifar100",
        "cifar-100",
    )
    downloads: ClassVar = (
        Download(
            "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
            "eb9058c3a382ffc7106e4002c42a8d85",
            169_001_437,
            ("cifar-100-python/train", "cifar-100-python/test"),
        ),
    )
    download_bytes: ClassVar = sum(each.size for each in downloads)
