"""The nearest neighbours of each of many points, exactly, some points at a time."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

_AT_ONCE = 2**19
"""Distances that are held at a time."""


class Nearest(NamedTuple):
    """For each of n points the `count` nearest others, the nearest first; both n×count."""

    indices: Tensor
    squares: Tensor
    """Squared distances."""


def nearest(points: Tensor, count: int) -> Nearest:
    """The nearest others of n×numbers; at most n − 1 of them. Equal points are neighbours at 0."""
    n = len(points)
    count = min(count, n - 1)
    # sums of squares lose what is small beside the mean
    centred = points - points.mean(0)
    own = centred.square().sum(1)
    indices, squares = [], []
    for rows in torch.split(torch.arange(n), max(1, _AT_ONCE // n)):
        found = torch.addmm(own[None], centred[rows], centred.T, alpha=-2)
        found += own[rows, None]
        found[torch.arange(len(rows)), rows] = torch.inf
        chosen = found.topk(count, largest=False)
        indices.append(chosen.indices)
        squares.append(chosen.values.clamp(min=0))
    return Nearest(torch.cat(indices), torch.cat(squares))
