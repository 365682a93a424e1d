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
