"""The data sets: one file each, with what is in it, who made it, under which licence, and how it is read."""

from __future__ import annotations

from networks.core.declared import Closed, catalog
from networks.recipes.datasets import digits, shapes
from networks.recipes.datasets.base import Dataset, Labels, Pixels
from networks.recipes.datasets.digits import Digits
from networks.recipes.datasets.shapes import Shapes

__all__ = ["DATASETS", "AnyDataset", "Dataset", "Digits", "Labels", "Pixels", "Shapes"]

DATASETS = catalog(Dataset, *(module.__name__ for module in (digits, shapes)))
"""Every data set, in the order in which one chooses among them."""

AnyDataset = Closed[Dataset]
