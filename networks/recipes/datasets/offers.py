"""Which data sets there are to choose from, and which of them are on this computer."""

from __future__ import annotations

from typing import NamedTuple

from networks.recipes.datasets import DATASETS
from networks.recipes.datasets.base import Dataset
from networks.recipes.datasets.named import NamedDataset


class Offer(NamedTuple):
    """A data set that can be chosen."""

    kind: type[Dataset]
    here: bool | None
    """Whether its pictures can be had without fetching them; None as long as nobody has looked."""


UNSEARCHED = tuple(Offer(kind, None) for kind in DATASETS)
"""Every data set, before anybody has looked for it."""


def offers() -> tuple[Offer, ...]:
    """Every data set, in the order of the catalog. Looks for files in the usual places, and reads none."""
    return tuple(
        Offer(kind, not issubclass(kind, NamedDataset) or kind().found() is not None) for kind in DATASETS
    )
