"""EMNIST letters: the alphabet in handwriting."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.emnist_set import EmnistDataset


class EMNISTLetters(EmnistDataset, frozen=True):
    """145,600 handwritten letters, 28×28 grey; a capital and its small letter are one class."""

    title: ClassVar = "EMNIST letters"
    classes: ClassVar = tuple("abcdefghijklmnopqrstuvwxyz")
    counts: ClassVar = (4800,) * 26
    test_counts: ClassVar = (800,) * 26
    sides: ClassVar = ("emnist-letters-train", "emnist-letters-test")
    first_label: ClassVar = 1
