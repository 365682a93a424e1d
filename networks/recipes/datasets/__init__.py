"""The data sets: one file each, with what is in it, who made it, under which licence, and how it is read."""

from __future__ import annotations

from networks.core.declared import Closed, catalog
from networks.recipes.datasets import (
    cifar10,
    cifar100,
    digits,
    emnist_balanced,
    emnist_letters,
    fashion_mnist,
    folder,
    kmnist,
    mnist,
    shapes,
    stl10,
    svhn,
)
from networks.recipes.datasets.base import Dataset, Labels, Pixels
from networks.recipes.datasets.digits import Digits
from networks.recipes.datasets.folder import Folder
from networks.recipes.datasets.shapes import Shapes

__all__ = ["DATASETS", "AnyDataset", "Dataset", "Digits", "Folder", "Labels", "Pixels", "Shapes"]

_MODULES = (
    digits,
    mnist,
    fashion_mnist,
    kmnist,
    emnist_balanced,
    emnist_letters,
    cifar10,
    cifar100,
    svhn,
    stl10,
    shapes,
    folder,
)

DATASETS = catalog(Dataset, *(module.__name__ for module in _MODULES))
"""Every data set, in the order in which one chooses among them."""

AnyDataset = Closed[Dataset]
"""The closed union that project files are read into: no other type can come from a file."""
