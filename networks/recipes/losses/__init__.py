"""The losses, declared: what training makes small. One file holds one loss."""

from __future__ import annotations

from networks.core.declared import Closed, catalog
from networks.recipes.losses import (
    binary_cross_entropy,
    cross_entropy,
    focal,
    kullback_leibler,
    multi_margin,
    negative_log_likelihood,
    squared_error,
)
from networks.recipes.losses.base import Loss, Outputs
from networks.recipes.losses.cross_entropy import CrossEntropy

__all__ = ["LOSSES", "AnyLoss", "CrossEntropy", "Loss", "Outputs"]

LOSSES = catalog(
    Loss,
    cross_entropy.__name__,
    negative_log_likelihood.__name__,
    squared_error.__name__,
    binary_cross_entropy.__name__,
    multi_margin.__name__,
    focal.__name__,
    kullback_leibler.__name__,
)
"""Every loss, in the order in which forms offer them."""

AnyLoss = Closed[Loss]
"""The closed union that project files are read into: no other type can come from a file."""
