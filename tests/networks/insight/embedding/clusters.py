"""Points with many numbers, in groups that lie apart."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def clusters(groups: int = 5, each: int = 40, numbers: int = 12, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Features, n×numbers, and which group each point is of."""
    draw = np.random.default_rng(seed)
    middles = 6 * draw.standard_normal((groups, numbers))
    labels = np.repeat(np.arange(groups), each)
    points = middles[labels] + draw.standard_normal((len(labels), numbers))
    return torch.from_numpy(points.astype(np.float32)), torch.from_numpy(labels)


def kept_apart(points: Tensor, labels: Tensor) -> float:
    """The share of points whose nearest one is of their group."""
    distances = torch.cdist(points, points).fill_diagonal_(torch.inf)
    return float((labels[distances.argmin(1)] == labels).float().mean())
