"""Weights for classes of unequal size. Training scripts print this function as it stands here."""

from __future__ import annotations

import numpy as np


def class_weights(labels: np.ndarray, classes: int) -> list[float]:
    """1 ÷ the number of labels of each class, scaled to a mean of 1 over all images; 0 for an empty class."""
    counts = np.bincount(labels, minlength=classes)
    present = int(np.count_nonzero(counts))
    return [len(labels) / (present * count) if count else 0.0 for count in counts.tolist()]
