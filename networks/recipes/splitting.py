"""Which images train and which validate. Training scripts print these functions as they stand here."""

from __future__ import annotations

import numpy as np


def split(labels: np.ndarray, classes: int, validation: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the training and the validation images: of every class the same share, drawn by the seed."""
    draw = np.random.default_rng(seed)
    training, held_back = [], []
    for label in range(classes):
        members = draw.permutation(np.flatnonzero(labels == label))
        held = validating(len(members), validation)
        held_back.append(members[:held])
        training.append(members[held:])
    return np.sort(np.concatenate(training)), np.sort(np.concatenate(held_back))


def validating(members: int, share: float) -> int:
    """How many images of a class are for validation: at least one, and never the last one."""
    return max(0, min(max(1, round(members * share)), members - 1))


def few_per_class(labels: np.ndarray, training: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Those of the training indices that are left when each class keeps at most this many, drawn by the seed.

    A smaller number keeps some of those that a larger one keeps.
    """
    draw = np.random.default_rng((seed, 1))
    shuffled = draw.permutation(training)
    kept = [shuffled[labels[shuffled] == label][:most] for label in np.unique(labels[training])]
    return np.sort(np.concatenate(kept))
