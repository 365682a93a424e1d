"""EMNIST balanced: digits and letters, each class with as many pictures."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.emnist_set import EmnistDataset


class EMNISTBalanced(EmnistDataset, frozen=True):
    """131,600 handwritten digits and letters, 28×28 grey; some capitals share a class with small ones."""

    title: ClassVar = "EMNIST balanced"
    classes: ClassVar = tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt")
    counts: ClassVar = (2400,) * 47
    test_counts: ClassVar = (400,) * 47
    sides: ClassVar = ("emnist-balanced-train", "emnist-balanced-test")
