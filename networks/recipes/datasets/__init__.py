"""The data sets: one file each, with what is in it, who made it, under which licence, and how it is read."""

from __future__ import annotations

from networks.core.declared import Closed, catalog
from networks.recipes.datasets import digits
from networks.recipes.datasets.base import Dataset, Labels, Pixels
from networks.recipes.datasets.digits import Digits

__all__ = ["DATASETS", "AnyDataset", "Dataset", "Digits", "Labels", "Pixels"]

DATASETS = catalog(Dataset, *(module.__name__ for module in (digits,)))
"""Every data set, in the order in which one chooses among them."""

AnyDataset = Closed[Dataset]
