"""Principal component analysis (Pearson 1901): the directions in which points differ most."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Components(NamedTuple):
    """The points along the first components, n×components, and the share of the variance that each holds.

    Where the points differ in fewer directions, the rest of the columns is 0.
    """

    points: Tensor
    shares: Tensor


def components(features: Tensor, count: int) -> Components:
    """The first `count` components of n×numbers, computed as float64.

    Signs are free; here the point that lies farthest out along a component lies on its positive side.
    """
    centred = features.double()
    centred = centred - centred.mean(0)
    n, numbers = centred.shape
    few = min(count, n, numbers)
    points, shares = centred.new_zeros(n, count), centred.new_zeros(count)
    # both matrices have the same eigenvalues: the smaller one is taken
    if numbers <= n:
        values, vectors = torch.linalg.eigh(centred.T @ centred)
        points[:, :few] = centred @ vectors[:, -few:].flip(1)
    else:
        values, vectors = torch.linalg.eigh(centred @ centred.T)
        points[:, :few] = (vectors[:, -few:] * values[-few:].clamp(min=0).sqrt()).flip(1)
    total = float(centred.square().sum())
    if total > 0:
        shares[:few] = values[-few:].flip(0).clamp(min=0) / total
    farthest = points.gather(0, points.abs().argmax(0, keepdim=True))
    return Components(points * torch.where(farthest < 0, -1.0, 1.0), shares)


def reduced(features: Tensor, count: int) -> Tensor:
    """As float32, with at most this many numbers for each point: distances are kept as well as can be."""
    if features.shape[1] <= count:
        return features.float()
    return components(features, count).points.float()
