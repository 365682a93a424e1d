"""Turns and flips a map so that its points lie where they lay on another: orthogonal Procrustes."""

from __future__ import annotations

import torch
from torch import Tensor


def centred(points: Tensor) -> Tensor:
    """The same points around 0."""
    return points - points.mean(0)


def turned(points: Tensor, onto: Tensor, places: Tensor, others: Tensor) -> Tensor:
    """The points, n×2, around 0, turned and flipped so that they come as near as possible to those `onto`.

    Distances stay as they are. `places` are the points of the first that are those at `others` in the
    second. Schönemann 1966, A generalized solution of the orthogonal Procrustes problem.
    """
    found = centred(points)
    if len(places) < 2:
        return found
    both = centred(points[places]).double().T @ centred(onto[others]).double()
    left, _, right = torch.linalg.svd(both)
    return torch.mm(found, (left @ right).to(found.dtype))
