"""t-SNE (van der Maaten and Hinton 2008): points that are neighbours among many numbers stay neighbours.

What pulls comes from the nearest 3×perplexity neighbours of each point, beyond which next to nothing is left
(van der Maaten 2014, Accelerating t-SNE using tree-based algorithms, 4.1); what pushes apart is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from networks.insight.embedding.nearest import nearest
from networks.insight.embedding.pca import components

Report = Callable[[float, Tensor], bool]
"""Is told the share that is done and where the points are now. False stops the work."""

EARLY, STEPS = 150, 350
"""Steps with exaggerated pull, in which the groups form, and steps without."""
EXAGGERATION = 12.0
AGAIN_EARLY, AGAIN = 50, 200
"""The same for a map that begins with that of weights a little earlier."""
AGAIN_EXAGGERATION = 4.0
_AT_ONCE = 2**17
"""Kernels that are held at a time: this many stay in a processor's cache, which is twice as fast."""
_TELLS = 10
_SEARCH = 50


class Pairs(NamedTuple):
    """How much pairs of points are to be neighbours, each pair once; sums to 1."""

    one: Tensor
    other: Tensor
    share: Tensor


def pairs(points: Tensor, perplexity: float) -> Pairs:
    """The joint probabilities of section 2 of the paper, with each point's own width for this perplexity."""
    n = len(points)
    perplexity = min(perplexity, max(1.0, (n - 1) / 3))
    found = nearest(points, int(3 * perplexity) + 1)
    own = _conditional(found.squares.double(), perplexity)
    one = torch.arange(n)[:, None].expand_as(found.indices).flatten()
    other, share = found.indices.flatten(), own.flatten() / (2 * n)
    # both directions of a pair together, where each is a neighbour of the other
    keys = torch.minimum(one, other) * n + torch.maximum(one, other)
    unique, where = torch.unique(keys, return_inverse=True)
    sums = torch.zeros(len(unique), dtype=torch.float64).index_add_(0, where, 2 * share)
    return Pairs(unique // n, unique % n, sums.float())


def _conditional(squares: Tensor, perplexity: float) -> Tensor:
    """How likely each of its neighbours is for each point, n×neighbours, with the entropy of the perplexity.

    The precision of each point's Gaussian is found by bisection.
    """
    shifted = squares - squares[:, :1]
    # in units of each point's own distances, so that the bisection begins near
    shifted = shifted / shifted.mean(1, keepdim=True).clamp(min=1e-30)
    goal = torch.log(torch.tensor(perplexity, dtype=torch.float64))
    precision = torch.ones_like(shifted[:, :1])
    low, high = torch.zeros_like(precision), torch.full_like(precision, torch.inf)
    for _ in range(_SEARCH):
        weights = torch.exp(-shifted * precision)
        total = weights.sum(1, keepdim=True)
        entropy = total.log() + precision * (shifted * weights).sum(1, keepdim=True) / total
        narrow = entropy > goal
        low, high = torch.where(narrow, precision, low), torch.where(narrow, high, precision)
        precision = torch.where(high.isinf(), precision * 2, (low + high) / 2)
    weights = torch.exp(-shifted * precision)
    return weights / weights.sum(1, keepdim=True)


def gradient(points: Tensor, wanted: Pairs, exaggeration: float = 1.0) -> Tensor:
    """The slope of the divergence for each point, n×2 (equation 5 of the paper)."""
    apart = points.index_select(0, wanted.one) - points.index_select(0, wanted.other)
    pull = exaggeration * wanted.share / (1 + apart.square().sum(1))
    pulls = pull[:, None] * apart
    pulled = torch.zeros_like(points).index_add_(0, wanted.one, pulls)
    pulled.index_add_(0, wanted.other, pulls, alpha=-1)
    push, total = _pushes(points)
    # a pair's share is that of both directions
    return 2 * pulled - 4 * push / total


def _pushes(points: Tensor) -> tuple[Tensor, float]:
    """For each point the sum of what pushes it away from all others, and the sum of all kernels."""
    n = len(points)
    x, y = points.T.contiguous()
    wide = torch.cat([points, points.new_ones(n, 1)], 1)
    sums, total, one = torch.empty_like(wide), 0.0, points.new_ones(())
    at_once = max(1, _AT_ONCE // n)
    for begin in range(0, n, at_once):
        own = slice(begin, begin + at_once)
        apart = x[own, None] - x
        kernel = torch.addcmul(one, apart, apart)
        torch.sub(y[own, None], y, out=apart)
        kernel.addcmul_(apart, apart).reciprocal_()
        # nothing pushes itself
        kernel[:, begin:].fill_diagonal_(0)
        total += float(kernel.sum())
        torch.mm(kernel.square_(), wide, out=sums[own])
    return sums[:, 2:] * points - sums[:, :2], total


def divergence(points: Tensor, wanted: Pairs) -> float:
    """How badly the map keeps the neighbours: the Kullback-Leibler divergence that t-SNE makes small."""
    _, total = _pushes(points)
    apart = (points[wanted.one] - points[wanted.other]).double().square().sum(1)
    share = wanted.share.double()
    # each pair stands for both of its directions
    own = (share / 2).clamp(min=1e-30).log() + torch.log1p(apart) + torch.tensor(total).log()
    return float((share * own).sum())


def tsne(
    points: Tensor,
    perplexity: float,
    start: Tensor | None = None,
    report: Report = lambda share, points: True,
) -> Tensor | None:
    """The map of n×numbers, n×2; None where it was given up. The same numbers and start give the same map.

    Without a `start` it begins with the first two components of the points. With one, it begins there and
    makes fewer steps: of the same pictures a little later.
    """
    wanted = pairs(points, perplexity)
    if start is None:
        early, steps, exaggeration = EARLY, STEPS, EXAGGERATION
        found = components(points, 2).points
        found = (found / found[:, 0].std().clamp(min=1e-30) * 1e-4).float()
    else:
        early, steps, exaggeration = AGAIN_EARLY, AGAIN, AGAIN_EXAGGERATION
        found = start.float().clone()
    # Belkina et al. 2019, Automated optimized parameters for t-SNE: the rate grows with the points
    rate = max(50.0, len(points) / EXAGGERATION / 4)
    moved, gains = torch.zeros_like(found), torch.ones_like(found)
    for step in range(early + steps):
        slope = gradient(found, wanted, exaggeration if step < early else 1.0)
        gains = torch.where(slope * moved < 0, gains + 0.2, gains * 0.8).clamp_(min=0.01)
        momentum = 0.5 if step < early and start is None else 0.8
        moved = momentum * moved - rate * gains * slope
        found = found + moved
        if step % _TELLS == 0 and not report(step / (early + steps), found):
            return None
    return found - found.mean(0)
